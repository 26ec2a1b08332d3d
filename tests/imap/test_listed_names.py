"""Names and delimiters as servers list them (RFC 9051, 6.3.9; RFC 3501, 5.1.3)."""

from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.special_mapping import map_uses
from mailboxadmin.domain.special_use import SpecialUse
from tests.imap.callers import account, session
from tests.support.scripted_steps import capability, expect, login


def listed(scripted_imap, *lines: str) -> list[ListedFolder]:
    """What we make of these LIST answers."""
    script = [
        capability(),
        login("OK [CAPABILITY IMAP4rev1] in"),
        expect('LIST "" "?\\*"?$', *(f"* LIST {line}" for line in lines), "{tag} OK done"),
    ]
    with session(account(scripted_imap(script).port)) as ours:
        return ours.list_folders()


def test_a_flat_name_space_has_no_delimiter(scripted_imap):
    folders = listed(scripted_imap, '() NIL "INBOX"', '() NIL "Sent.Items"', "() NIL Trash")

    assert [(each.name, each.delimiter) for each in folders] == [
        ("INBOX", None),
        ("Sent.Items", None),
        ("Trash", None),
    ]
    assert {use: each.folder for use, each in map_uses(folders, {}).items()} == {
        SpecialUse.SENT: "Sent.Items",
        SpecialUse.TRASH: "Trash",
    }


def test_modified_utf_7_is_read_and_found_by_its_meaning(scripted_imap):
    folders = listed(
        scripted_imap,
        '(\\HasChildren) "." "INBOX"',
        '() "." "INBOX.Gel&APY-schte Elemente"',
        '() "." "INBOX.&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"',
        '() "." "INBOX.&XfJT0ZAB-"',
        '() "." "INBOX.Entw&APw-rfe"',
    )

    assert [each.name for each in folders] == [
        "INBOX",
        "INBOX.Gelöschte Elemente",
        "INBOX.Отправленные",
        "INBOX.已发送",
        "INBOX.Entwürfe",
    ]
    uses = {use: each.folder for use, each in map_uses(folders, {}).items()}
    assert uses[SpecialUse.TRASH] == "INBOX.Gelöschte Elemente"
    assert uses[SpecialUse.DRAFTS] == "INBOX.Entwürfe"
    assert uses[SpecialUse.SENT] == "INBOX.Отправленные"


def test_a_container_is_listed_and_cannot_be_opened(scripted_imap):
    container, inside = listed(
        scripted_imap,
        '(\\Noselect \\HasChildren) "/" "[Gmail]"',
        '(\\HasNoChildren \\Sent) "/" "[Gmail]/Gesendet"',
    )

    assert (container.selectable, inside.selectable) == (False, True)
    assert inside.attributes == {"\\hasnochildren", "\\sent"}
