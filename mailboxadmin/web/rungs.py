"""The ladder as a page draws it: every rung, those not reached among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.fingerprint import beginning
from mailboxadmin.domain.mailbox import Encryption, Step

LABELS = {
    Phase.DNS: "Name",
    Phase.TCP: "Connection",
    Phase.TLS: "Encryption",
    Phase.GREETING: "Greeting",
    Phase.TOKEN: "Token",
    Phase.AUTH: "Sign-in",
    Phase.FOLDERS: "Folders",
    Phase.FETCH: "Mail",
    Phase.PUSH: "Read status",
    Phase.LOCAL: "On this server",
}

_PREAMBLE = re.compile(r"^OK( \[[^\]]*\])? ?")
#: The page shows whole fingerprints apart, where they can be compared and copied.
_FINGERPRINT = re.compile(r"\b[0-9a-f]{64}\b")
_ORDER = {
    Encryption.SSL: "dns tcp tls greeting auth folders",
    Encryption.STARTTLS: "dns tcp greeting tls auth folders",
    Encryption.NONE: "dns tcp greeting auth folders",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One rung: `ok`, `bad`, `now` (being climbed) or `not` (not reached)."""

    kind: str
    label: str
    text: str


def rungs(
    steps: Sequence[Step], encryption: str = Encryption.SSL, live: bool = False
) -> tuple[Rung, ...]:
    """All rungs in the order of the way; a red one ends the climb."""
    climbed = [_climbed(step) for step in steps]
    ended = bool(steps) and not steps[-1].ok
    rest = _not_reached(steps, Encryption(encryption))
    waiting = ["now" if live and not ended and index == 0 else "not" for index in range(len(rest))]
    return (
        *climbed,
        *(
            Rung(kind=kind, label=LABELS[phase], text="trying …" if kind == "now" else _words(live))
            for kind, phase in zip(waiting, rest, strict=True)
        ),
    )


def _words(live: bool) -> str:
    return "" if live else "not reached"


def _climbed(step: Step) -> Rung:
    # A greeting begins with a list of capabilities that tells nobody anything here.
    detail = _PREAMBLE.sub("", step.detail) if step.ok else step.detail
    detail = _FINGERPRINT.sub(lambda found: beginning(found[0]), detail)
    lasted = f"{step.ms} ms" if step.ms < 10_000 else f"{step.ms // 1000} s"
    text = f"{detail} · {lasted}" if detail else lasted
    return Rung(kind="ok" if step.ok else "bad", label=LABELS[step.phase], text=text)


def _not_reached(steps: Sequence[Step], encryption: Encryption) -> list[Phase]:
    reached = {step.phase for step in steps}
    # To fetch or to tell of a message, a folder was opened.
    if reached & {Phase.FETCH, Phase.PUSH}:
        return []
    order = [Phase(phase) for phase in _ORDER[encryption].split()]
    # A greeting without TLS before it: the server was asked for STARTTLS, or for nothing at all.
    if Phase.GREETING in reached and encryption is Encryption.SSL:
        order = [Phase(phase) for phase in _ORDER[Encryption.NONE].split()]
    return [phase for phase in order if phase not in reached]
