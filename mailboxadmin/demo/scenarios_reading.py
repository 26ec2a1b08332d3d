"""Scenarios after the sign-in: folders that do not open, and mail that does not come."""

from mailboxadmin.demo.deeds import Close, Drip, Stall
from mailboxadmin.demo.faulty_dialogue import PassOn
from mailboxadmin.demo.plays import Answers, RefusesOne
from mailboxadmin.demo.plays_folders import FolderGoes
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.demo.scenarios_signing_in import EXCHANGE
from mailboxadmin.domain.activity import Code

OPENING = "EXAMINE "
BODIES = r"UID FETCH \S+ .*BODY\.PEEK\[\]"


def _opens_not(said: str) -> Answers:
    """A server that answers so when a folder is opened."""
    return Answers(at=OPENING, does=(f"{{tag}} {said}",))


def _half(answer: bytes) -> bytes:
    return answer[: len(answer) // 2]


FOLDERS = (
    Scenario(
        code="folder.not_found",
        story="A folder that was synced is deleted on the server.",
        play=FolderGoes(comes_back=False),
    ),
    Scenario(
        code="folder.not_selectable",
        story="The server says that the folder only holds others.",
        play=_opens_not("NO Mailbox isn't selectable"),
    ),
    Scenario(
        code="folder.no_permission",
        story="The server does not permit the folder to be opened.",
        play=_opens_not("NO [NOPERM] Permission denied"),
    ),
    Scenario(
        code="folder.reset",
        story="A folder is deleted on the server and made anew, as from a backup. "
        "That is handled, and the log alone tells of it.",
        play=FolderGoes(comes_back=True),
        logged_as=Code.FOLDER_RESET,
    ),
)

MAIL = (
    Scenario(
        code="server.throttled",
        story="The server asks to be left alone for five minutes, as Exchange does.",
        play=Answers(
            greeting=EXCHANGE,
            at=OPENING,
            does=("{tag} BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",),
        ),
    ),
    Scenario(
        code="server.bandwidth_limit",
        story="New mail waits, and the day’s download is used up, as Gmail says it.",
        play=Answers(
            letters=1,
            at=BODIES,
            does=("{tag} NO [OVERQUOTA] Account exceeded command or bandwidth limits.",),
        ),
    ),
    Scenario(
        code="server.unavailable",
        story="The server has a fault of its own, as Gmail says it.",
        play=_opens_not("NO System Error (Failure)"),
    ),
    Scenario(
        code="server.closed",
        story="The server closes the connection when a folder is opened.",
        play=Answers(at=OPENING, does=(Close(),)),
    ),
    Scenario(
        code="server.timeout",
        story="The server says nothing more when a folder is opened. That takes 15 seconds.",
        play=Answers(at=OPENING, does=(Stall(),)),
    ),
    Scenario(
        code="server.protocol_error",
        story="The server answers with words that are not IMAP.",
        play=Answers(at=OPENING, does=("mumble", "{tag} HM")),
    ),
    Scenario(
        code="message.unreadable",
        story="The server cannot give one message, as Exchange says it. "
        "It is kept apart; the log alone tells of it.",
        play=RefusesOne(
            greeting=EXCHANGE,
            said="NO Retrieval using the IMAP4 protocol failed for the following message: "
            "[Invoice 4711]",
        ),
        logged_as=Code.MESSAGE_QUARANTINED,
    ),
    Scenario(
        code="local.deadline_exceeded",
        story="New mail comes a byte at a time, until the run has taken as long as it may. "
        "That takes half a minute.",
        play=Answers(letters=1, at=BODIES, does=(PassOn(_half), Drip("x" * 400))),
    ),
)
