"""6. Personal against office settings: what in force is probably not meant so, and whose it is."""

from collections.abc import Iterator

from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.effective import Origin
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.services.checklist.answer import Found, Point, Verdict, to_do, together
from mailboxadmin.services.checklist.look import Box, Look
from mailboxadmin.services.folders.wanted import nearest
from mailboxadmin.services.sign_in.draft import SERVER_KEYS

#: Ports with a meaning of their own; on any other, whatever answers is right.
_IMAP_PORTS = {993: Encryption.SSL, 143: Encryption.STARTTLS}
_OTHERS = {
    25: "SMTP, for sending",
    80: "web pages",
    110: "POP3",
    443: "web pages",
    465: "SMTP, for sending",
    587: "SMTP, for sending",
    995: "POP3",
}


def settings(look: Look) -> Found:
    """Every value in force that is probably not meant so."""
    boxes = [box for box in look.boxes if box.configured or box.own]
    points = tuple(point for box in boxes for point in suspicious(look, box))
    own = sum(bool(box.own) for box in boxes)
    if not points:
        return Found(
            summary=f"Nothing is suspicious: {counted(own, 'mailbox has', 'mailboxes have')} "
            f"settings of {'its' if own == 1 else 'their'} own, the others follow the office."
        )
    number = len({point.mailbox_id for point in points})
    return Found(
        summary=together(points),
        fix=to_do(points),
        points=points,
        word=f"{number:,} to look at",
    )


def suspicious(look: Look, box: Box) -> Iterator[Point]:
    """What is suspicious of one mailbox."""
    found = (_port(box), _host(box), *_folders(box), *_repeated(look, box), _read_status(box))
    for said in filter(None, found):
        what, fix, key = said
        yield Point(
            what=what,
            fix=f"{fix} ({_whose(box, key)}).",
            # It may still be meant so.
            verdict=Verdict.LOOK,
            mailbox_id=box.id,
            who=box.who,
        )


#: What is suspicious, what to do without a full stop, and the setting it is about.
Said = tuple[str, str, str]


def _whose(box: Box, key: str) -> str:
    origin = box.effective.values[key].origin
    if origin is Origin.OWN:
        return f"{key}, set by {box.who}"
    return f"{key}, {origin.value}"


def _port(box: Box) -> Said | None:
    server = box.server
    if server is None:
        return None
    where = f"{box.who}’s server {server.host} is asked at port {server.port}"
    if server.port in _OTHERS:
        return (
            f"{where}, which is for {_OTHERS[server.port]}.",
            f"Use port {server.encryption.port}",
            "imap_port",
        )
    if server.port not in _IMAP_PORTS or _belong_together(server):
        return None
    other = _IMAP_PORTS[server.port]
    return (
        f"{where} with encryption {server.encryption.value}: that port goes with {other.value}.",
        f"Use port {server.encryption.port}, or encryption {other.value}",
        "imap_port",
    )


def _belong_together(server: Server) -> bool:
    """143 is for both of the others: one begins there without encryption, and may stay so."""
    return (server.port == 993) == (server.encryption is Encryption.SSL)


def _host(box: Box) -> Said | None:
    server, known = box.server, box.by_domain or box.by_mx
    if server is None or known is None or box.permission is not None:
        return None
    if box.by_host is known or server.host == known.server.host or _relatives(box):
        return None
    domain = box.address.rpartition("@")[2]
    how = "is" if box.by_domain else "is, by its MX,"
    return (
        f"{box.who}’s server is {server.host}, but the mail of {domain} {how} at {known.name} "
        f"({known.server.host}).",
        f"Leave the server of {box.who} empty, unless mail is fetched from elsewhere on purpose",
        "imap_host",
    )


def _relatives(box: Box) -> bool:
    """Variants of one provider, such as its servers in the EU."""
    known = box.by_domain or box.by_mx
    here = box.by_host
    return bool(here and known and here.key.partition("_")[0] == known.key.partition("_")[0])


def _folders(box: Box) -> Iterator[Said]:
    missing = {folder.name for folder in box.folders if _is_missing(folder.finding)}
    for name in box.effective.folders:
        if _is_listed(box, name) is False or (box.listed is None and name in missing):
            yield _unlisted(box, name, "folders")
    for use in SpecialUse:
        named = box.effective.folder_for(use)
        if named is not None and _is_listed(box, named) is False:
            yield _unlisted(box, named, use.setting_key)


def _is_missing(finding: dict[str, object] | None) -> bool:
    return finding is not None and finding["code"] == "folder.not_found"


def _is_listed(box: Box, name: str) -> bool | None:
    """None when the server was not asked yet."""
    return None if box.listed is None else name in box.listed


def _unlisted(box: Box, name: str, key: str) -> Said:
    near = nearest(name, box.listed or ())
    there = f"; “{near}” does" if near else ""
    return (
        f"{box.who}’s folder “{name}” does not exist on the server{there}.",
        f"Name “{near}” instead" if near else "Name a folder that the server lists",
        key,
    )


def _repeated(look: Look, box: Box) -> Iterator[Said]:
    for key, value in box.own.items():
        setting = SETTINGS[key]
        if look.office.get(key) == value and _follows_the_office(box, key):
            yield (
                f"{box.who}’s own “{setting.label}” is what the office has anyway "
                f"({setting.format(value)}): it stays so when the office’s changes.",
                "Leave the field empty, so that it follows the office",
                key,
            )


def _follows_the_office(box: Box, key: str) -> bool:
    """Whether the office's value would hold if the field were empty, told once for a server."""
    if key not in SERVER_KEYS:
        return True
    knows_its_own = box.permission is not None or box.by_domain is not None
    return not knows_its_own and (key == "imap_host" or "imap_host" not in box.own)


def _read_status(box: Box) -> Said | None:
    if not box.effective.pushes_read_status:
        return None
    refusing = [
        folder.name
        for folder in box.folders
        if folder.keeps_seen is False and folder.name in box.effective.folders
    ]
    if not refusing:
        return None
    names = " and ".join(f"“{name}”" for name in refusing)
    return (
        f"Read status is to be sent for {box.who}, but the server lets nobody change it in "
        f"{names}.",
        "Switch it off, or have the mail host allow it",
        "sync_read_status",
    )
