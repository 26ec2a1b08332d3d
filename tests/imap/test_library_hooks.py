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


def test_imaplib_remembers_the_commands_that_were_not_answered_to_their_end(scripted_imap):
    """By that we know that what is left of an answer is still to come."""
    server = scripted_imap([capability(), login("OK [CAPABILITY IMAP4rev1] in")])

    assert "self.tagged_commands[tag] = None" in inspect.getsource(imaplib.IMAP4._new_tag)
    assert "del self.tagged_commands[tag]" in inspect.getsource(imaplib.IMAP4)
    with session(account(server.port)) as ours:
        assert ours._wire.tagged_commands == {}


def test_imaplib_reads_a_literal_and_the_line_after_it_by_our_methods():
    """Both are handed to it a second time when a plain line turns out to be none."""
    source = inspect.getsource(imaplib.IMAP4._get_response)

    assert source.index("self.read(size)") < source.rindex("self._get_line()")
    assert "self.readline()" in inspect.getsource(imaplib.IMAP4._get_line)


def test_imaplib_speaks_up_about_read_only_folders_unless_it_is_told_not_to():
    source = inspect.getsource(imaplib.IMAP4)

    assert "and not self.is_readonly" in source
    assert issubclass(imaplib.IMAP4.readonly, imaplib.IMAP4.abort)
