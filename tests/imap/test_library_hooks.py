"""The places where we lean on the inside of a library: they say so when one moves."""

import imaplib
import inspect

from imapclient import IMAPClient

from mailboxadmin.imap.wire import Client, Wire
from tests.imap.callers import account, session
from tests.support.scripted_steps import capability, login


def test_imaplib_is_extended_by_methods_that_it_calls():
    for name in ("open", "read", "readline", "send", "shutdown"):
        assert name in vars(imaplib.IMAP4), f"imaplib has no {name}() to replace any more"
        assert name in vars(Wire)


def test_imapclient_makes_its_connection_in_the_method_that_we_replace():
    assert "_create_IMAP4" in vars(IMAPClient)
    assert "_create_IMAP4" in vars(Client)
    assert "self._create_IMAP4()" in inspect.getsource(IMAPClient.__init__)


def test_the_debug_hook_that_costs_most_of_a_fetch_is_still_there_and_is_off(scripted_imap):
    server = scripted_imap([capability(), login("OK [CAPABILITY IMAP4rev1] in")])

    assert "_imap.debug = 5" in inspect.getsource(IMAPClient.__init__)
    with session(account(server.port)) as ours:
        assert ours._wire.debug == 0
        assert ours._client._imap is ours._wire
        assert ours._client.normalise_times is False


def test_imaplib_sends_a_literal_that_is_set_beforehand():
    assert "self.literal" in inspect.getsource(imaplib.IMAP4._command)
