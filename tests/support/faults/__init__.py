"""Named faults of mail servers, and what Mailbox Admin must make of each.

fault.py        a fault: how it is played, and the codes that must come of it
standing.py     a fault in the way of a mailbox
connecting.py   names, ports, TLS, and whoever else answers
signing_in.py   what providers say to a sign-in
commands.py     every command, refused and cut off
answers.py      answers that are none; folders that do not open
echoes.py       servers that say the password aloud
"""

from tests.support.faults.answers import ANSWERS
from tests.support.faults.commands import COMMANDS, MORE_COMMANDS
from tests.support.faults.connecting import CONNECTING
from tests.support.faults.echoes import ECHOES
from tests.support.faults.fault import Fault, Place
from tests.support.faults.signing_in import SIGNING_IN
from tests.support.faults.standing import Standing, standing

ALL = (*CONNECTING, *SIGNING_IN, *COMMANDS, *ANSWERS, *ECHOES, *MORE_COMMANDS)

__all__ = [
    "ALL",
    "ANSWERS",
    "COMMANDS",
    "CONNECTING",
    "ECHOES",
    "MORE_COMMANDS",
    "SIGNING_IN",
    "Fault",
    "Place",
    "Standing",
    "standing",
]
