"""Every finding as the page of the rehearsals lists it, in the order of the way to the mail."""

from typing import Final

from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.demo.plays_folders import FOLDER
from mailboxadmin.demo.rehearsal_network import DOMAIN
from mailboxadmin.demo.scenarios import SCENARIOS, why_not
from mailboxadmin.demo.stage import HOST
from mailboxadmin.diagnosis import Diagnosis
from mailboxadmin.diagnosis.codes import Code
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.rehearsal import Scene

_ORDER: Final = tuple(phase.value for phase in Phase)


def scenes(person: SamplePerson) -> tuple[Scene, ...]:
    """One for each code of the catalogue; those that cannot be played say why."""
    codes = Diagnosis.load().codes.by_name.values()
    return tuple(_scene(code, person) for code in sorted(codes, key=_place))


def _place(code: Code) -> tuple[int, bool]:
    """By phase, what can come anywhere behind all; what is not of a mailbox last in its phase."""
    known = code.phase in _ORDER
    return _ORDER.index(code.phase) if known else len(_ORDER), bool(why_not(code.name))


def _scene(code: Code, person: SamplePerson) -> Scene:
    reason = why_not(code.name)
    return Scene(
        code=code.name,
        phase=code.phase,
        summary=code.words["summary"].format_map(_names(person)),
        story=reason or SCENARIOS[code.name].story,
        playable=not reason,
    )


def _names(person: SamplePerson) -> dict[str, str]:
    """What stands for the placeholders of a summary (`diagnosis/codes.toml`)."""
    return {
        "owner": person.first_name,
        "address": person.email,
        "host": HOST,
        "server": f"{HOST}, port {Encryption.SSL.port}",
        "folder": f"“{FOLDER}”",
        "provider": DOMAIN,
        "company": "Microsoft",
        "app": "Outlook",
    }
