"""Each command of a test and of a sync, refused or cut off in each way."""

from mailboxadmin.demo.deeds import Action, Close, Stall
from tests.support.faults.fault import Fault

#: How a command is met, and the code that a refused one leads to.
WAYS: dict[str, tuple[tuple[Action, ...], str]] = {
    "NO": (("{tag} NO not that",), "unknown"),
    "BAD": (("{tag} BAD what is that",), "server.protocol_error"),
    "closed": ((Close(),), "server.closed"),
    "throttled": (
        ("{tag} BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",),
        "server.throttled",
    ),
    "a limit": (("{tag} NO [LIMIT] Rate limit hit.",), "server.throttled"),
    "not now": (("{tag} NO [UNAVAILABLE] Try again later",), "server.unavailable"),
    "BYE": (("* BYE good-bye", Close()), "server.closed"),
    "silence": ((Stall(),), "server.timeout"),
}
#: These end the connection, or the patience; all others can be done without, where noted.
_ENDS = {"closed", "BYE", "silence"}
#: Before the sign-in the end of a connection is told as the greeting's.
_BEFORE_SIGN_IN = {
    "closed": "greeting.refused",
    "BYE": "greeting.refused",
    "silence": "greeting.timeout",
}


def _met(command: str, at: str, way: str, code: str | None, **more: object) -> Fault:
    deeds, _ = WAYS[way]
    said = deeds[0] if isinstance(deeds[0], str) else ""
    return Fault(
        name=f"{way} to {command}",
        at=at,
        does=deeds,
        hangs=way == "silence",
        quotes=said.removeprefix("{tag} NO ").removeprefix("{tag} BAD ").removeprefix("* BYE "),
        **{"check": code, **more},
    )


def _everywhere(way: str) -> tuple[Fault, ...]:
    """One way at every command."""
    code = WAYS[way][1]
    ends = code if way in _ENDS else None
    # A NO is taken for the folder's: what waits to be marked is given up, and the mail comes.
    given_up = None if way == "NO" else code
    return (
        _met("CAPABILITY", "CAPABILITY$", way, _BEFORE_SIGN_IN.get(way, code)),
        _met("ID", "ID ", way, ends),
        _met("ENABLE", "ENABLE ", way, ends),
        _met("LIST", "LIST ", way, code),
        _met("EXAMINE", "EXAMINE ", way, code),
        _met("STATUS", "STATUS ", way, code, later=True),
        _met("SEARCH", "UID SEARCH ", way, code),
        _met("FETCH of sizes", r"UID FETCH \S+ \(RFC822\.SIZE", way, code),
        _met("FETCH of messages", r"UID FETCH \S+ .*BODY\.PEEK\[\]", way, code),
        # Only a sync asks for these.
        _met("FETCH of flags", r"UID FETCH \S+ \(FLAGS", way, None, sync=code, later=True),
        _met("SELECT", "SELECT ", way, None, sync=given_up, later=True, marks=True),
        _met("STORE", "UID STORE ", way, None, sync=given_up, later=True, marks=True),
        _met("LOGOUT", "LOGOUT", way, None),
    )


COMMANDS = tuple(
    fault for way in ("NO", "BAD", "closed", "throttled") for fault in _everywhere(way)
)
#: The same in more words; they take long together.
MORE_COMMANDS = tuple(
    fault for way in ("a limit", "not now", "BYE", "silence") for fault in _everywhere(way)
)
