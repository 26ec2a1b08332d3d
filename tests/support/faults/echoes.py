"""Servers that say the password aloud, in every form in which they may have heard it."""

from mailboxadmin.demo.deeds import Close
from mailboxadmin.demo.faulty_dialogue import PassOn
from tests.support.faults.fault import Fault
from tests.support.faults.signing_in import SIGN_IN

ECHOES = (
    Fault(
        name="a greeting that knows the password",
        greeting="* OK ready for {heard}",
        at=SIGN_IN,
        does=("{tag} NO [AUTHENTICATIONFAILED] No.",),
        check="auth.bad_credentials",
    ),
    Fault(
        name="a banner that knows the password",
        greeting="220 hello {heard}",
        check="greeting.not_imap",
    ),
    Fault(
        name="the password in a NO",
        at=SIGN_IN,
        does=("{tag} NO [AUTHENTICATIONFAILED] I heard {heard} and refuse",),
        check="auth.bad_credentials",
    ),
    Fault(
        name="the password in a BAD",
        at=SIGN_IN,
        does=("{tag} BAD I heard {heard} and do not understand",),
        check="server.protocol_error",
    ),
    Fault(
        name="the password in a BYE",
        at=SIGN_IN,
        does=("* BYE I heard {heard}", Close()),
        check="greeting.refused",
    ),
    Fault(
        name="the password in an untagged NO",
        at=SIGN_IN,
        does=("* NO [ALERT] I heard {heard}", "{tag} NO [AUTHENTICATIONFAILED] No."),
        check="auth.bad_credentials",
    ),
    Fault(
        name="the password in no answer at all",
        at=SIGN_IN,
        does=("{heard}", "{tag} {heard}"),
        check="server.protocol_error",
    ),
    Fault(
        name="the password in the answer to ID",
        at="ID ",
        does=('* ID ("name" "{heard}")', "{tag} OK {heard}"),
        check=None,
    ),
    Fault(
        name="the password as a capability",
        at="CAPABILITY",
        does=("* CAPABILITY IMAP4rev1 {heard}", "{tag} NO {heard}"),
        check="unknown",
    ),
    Fault(
        name="the password in a list",
        at="LIST ",
        does=("* LIST ({heard}", "{tag} NO cannot list {heard}"),
        check="unknown",
    ),
    Fault(
        name="the password of a folder",
        at="EXAMINE ",
        does=("* OK [UIDVALIDITY {heard}", "{tag} BAD {heard}"),
        check="server.protocol_error",
    ),
    Fault(
        name="the password among the UIDs",
        at="UID SEARCH ",
        does=("* SEARCH {heard}", "{tag} OK done"),
        check="server.protocol_error",
    ),
    Fault(
        name="the password in the place of a message",
        at="UID FETCH",
        does=("* 1 FETCH ({heard}", "* BYE {heard}", Close()),
        check="server.closed",
    ),
    Fault(
        name="the password in place of one message",
        at=r"UID FETCH (1:3|2) .*BODY\.PEEK\[\]",
        does=("{tag} NO not {heard}",),
        check=None,
        quarantines=1,
    ),
    Fault(
        name="the password in every answer that is passed on",
        at=r"UID FETCH \S+ \(RFC822\.SIZE",
        does=("* OK {heard}", "* NO {heard}", PassOn()),
        check=None,
    ),
    Fault(
        name="the password when all is done",
        at="LOGOUT",
        does=("* BYE {heard}", "{tag} BAD {heard}", Close()),
        check=None,
    ),
)
