"""The support bundle: one zip that may be sent to a stranger, and exactly the same to look at.

    versions.txt   the program, Python, SQLite, the libraries
    settings.json  the office's, of secrets only whether they are set
    mailboxes.json state, server in force and where from, finding, the last red ladder
    activity.json  the last 200 lines of the log
    checks.json    the seven checks, and the same as text
    checks.txt

People, secrets and paths are covered by `redact.py`; hosts, providers and codes stay.
"""

import io
import json
import platform
import sqlite3
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.services.checklist.look import Box, Look
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.settings import read_settings
from mailboxadmin.services.overview.board import list_mailboxes
from mailboxadmin.services.trouble.doctor import examine
from mailboxadmin.services.trouble.redact import Cover
from mailboxadmin.services.warning.warnings import read_warnings
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.activity_pages import entries
from mailboxadmin.store.bundle import ladders_of_all
from mailboxadmin.store.schema import version as schema_version

ENTRIES = 200
LIBRARIES = (
    "mailboxadmin",
    "APScheduler",
    "cryptography",
    "Flask",
    "IMAPClient",
    "oauthlib",
    "requests",
    "SQLAlchemy",
    "waitress",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of it."""

    name: str
    text: str


def bundle_parts(deps: Deps) -> tuple[Part, ...]:
    """What is in it, file by file, covered.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    cover, look = Cover.of(deps), Look(deps)
    answers = examine(deps, at_a_glance=True, look=look)
    checks = [
        {"code": each.code, "ok": each.ok, "summary": each.summary, "fix": each.fix}
        for each in answers
    ]
    lines = [
        f"{each.code:<12} {'ok' if each.ok else each.verdict.value}\n    {each.summary}\n"
        + (f"    To do: {each.fix}\n" if each.fix else "")
        for each in answers
    ]
    ahead = [f"{each.code}\n    {each.summary}\n" for each in read_warnings(deps, look)]
    return (
        Part(name="versions.txt", text=cover.text(_versions(deps))),
        Part(name="settings.json", text=_json(cover, _settings(deps))),
        Part(name="mailboxes.json", text=_json(cover, _mailboxes(deps, look))),
        Part(name="activity.json", text=_json(cover, _activity(deps))),
        Part(name="checks.json", text=_json(cover, checks)),
        Part(name="checks.txt", text=cover.text("\n".join([*lines, *ahead]))),
    )


def zipped(parts: tuple[Part, ...]) -> bytes:
    """The same as one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part.name, part.text)
    return file.getvalue()


def make_bundle(deps: Deps, *, actor: str) -> bytes:
    """The zip, and a line in the log that it was made.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    made = zipped(bundle_parts(deps))
    message = "A support bundle was made; addresses, names and secrets in it are covered."
    with deps.store.write() as db:
        entry = Entry(code=Code.BUNDLE_CREATED, message=message, actor=actor)
        add_entry(db, entry, deps.clock.now())
    return made


def _json(cover: Cover, said: Any) -> str:
    return json.dumps(cover.value(said), indent=1, ensure_ascii=False, default=str)


def _versions(deps: Deps) -> str:
    lines = [
        f"Python {platform.python_version()} on {platform.system()} {platform.release()}",
        f"SQLite {sqlite3.sqlite_version}",
        f"schema {schema_version(deps.store.engine)}",
        *(f"{name} {_version(name)}" for name in LIBRARIES),
        f"now {rfc3339(deps.clock.now())}",
        f"base URL {deps.base_url}",
    ]
    return "\n".join(lines) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a package"


def _settings(deps: Deps) -> dict[str, str]:
    return {
        view.setting.key: ("set" if view.text else "not set")
        if view.setting.is_secret
        else view.in_force
        for view in read_settings(deps)
    }


def _mailboxes(deps: Deps, look: Look) -> list[dict[str, Any]]:
    with deps.store.read() as db:
        ladders = ladders_of_all(db)
    findings = {each.id: each.finding for each in list_mailboxes(deps)}
    return [_mailbox(box, findings.get(box.id), ladders.get(box.id)) for box in look.boxes]


def _mailbox(box: Box, finding: Any, ladder: Any) -> dict[str, Any]:
    return {
        "mailbox": box.address,
        "state": box.state.value,
        "sign_in": "oauth" if box.permission else "password" if box.sealed else None,
        "settings": {
            key: {"value": each.value, "from": each.origin.value}
            for key, each in box.effective.values.items()
        },
        "last_success_at": rfc3339(box.last_success_at) if box.last_success_at else None,
        "finding": finding.as_json() if finding else None,
        "ladder": ladder,
    }


def _activity(deps: Deps) -> list[dict[str, Any]]:
    with deps.store.read() as db:
        logged = entries(db, limit=ENTRIES)
    return [
        {
            "id": entry.id,
            "at": rfc3339(entry.at),
            "level": entry.level.word,
            "code": entry.code,
            "mailbox": entry.mailbox,
            "actor": entry.actor,
            "message": entry.message,
            "times": entry.times,
            "detail": entry.detail,
        }
        for entry in logged
    ]
