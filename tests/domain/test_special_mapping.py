"""Which folder is for sent, drafts, deleted, junk and archived mail."""

import unicodedata

import pytest

from mailboxadmin.domain.folder import ListedFolder
from mailboxadmin.domain.special_mapping import How, map_uses
from mailboxadmin.domain.special_names import NAMES, plain
from mailboxadmin.domain.special_use import SpecialUse

SENT, DRAFTS, TRASH, JUNK, ARCHIVE = SpecialUse
GERMAN = ("Gesendete Objekte", "Entwürfe", "Papierkorb", "Junk-E-Mail", "Archiv")


def listed(*names: str, delimiter: str | None = "/", **marks: str) -> list[ListedFolder]:
    """Folders of these names; a mark by the name with spaces as underscores."""
    return [
        ListedFolder(
            name=name,
            delimiter=delimiter,
            attributes=frozenset(marks.get(name.replace(" ", "_"), "").split()),
        )
        for name in names
    ]


def found(folders: list[ListedFolder], **named: str) -> dict[SpecialUse, str]:
    """The folder for each use; settings are named as in `sent="…"`."""
    settings = {SpecialUse["JUNK" if k == "spam" else k.upper()]: v for k, v in named.items()}
    return {use: each.folder for use, each in map_uses(folders, settings).items()}


def test_the_servers_mark_comes_before_the_name():
    folders = listed("INBOX", "Sent", "Postausgang", "Müll", Postausgang=r"\sent", Müll=r"\trash")

    mapping = map_uses(folders, {})

    assert mapping[SENT].folder == "Postausgang" and mapping[SENT].how is How.MARKED
    assert mapping[TRASH].folder == "Müll"


def test_of_several_with_the_same_mark_the_known_name_wins():
    folders = listed(
        "Old/Sent Messages", "Sent Messages", "Sent", Sent=r"\sent", Sent_Messages=r"\sent"
    )

    assert found(folders)[SENT] == "Sent"


def test_gmail_keeps_archived_mail_in_all_mail():
    gmail = listed("INBOX", "[Gmail]", "[Gmail]/Alle Nachrichten", "[Gmail]/Papierkorb", "Archive")
    marks = {"[Gmail]": r"\noselect", "[Gmail]/Alle Nachrichten": r"\all"}
    gmail = [
        ListedFolder(
            name=each.name,
            delimiter="/",
            attributes=frozenset(marks.get(each.name, "").split()),
        )
        for each in gmail
    ]

    assert found(gmail) == {TRASH: "[Gmail]/Papierkorb", ARCHIVE: "[Gmail]/Alle Nachrichten"}


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("Gesendet", SENT),
        ("Gesendete Objekte", SENT),
        ("Éléments envoyés", SENT),
        ("Отправленные", SENT),
        ("已发送", SENT),
        ("送信済みメール", SENT),
        ("Gelöschte Elemente", TRASH),
        ("Papierkorb", TRASH),
        ("Çöp Kutusu", TRASH),
        ("Brouillons", DRAFTS),
        ("Borradores", DRAFTS),
        ("Posta indesiderata", JUNK),
        ("Спам", JUNK),
        ("junk-e-mail", JUNK),
        ("SENT_ITEMS", SENT),
        ("ARCHIVES", ARCHIVE),
        ("Архив", ARCHIVE),
    ],
)
def test_a_name_is_known_in_many_languages_however_it_is_written(name: str, use: SpecialUse):
    taken_apart = unicodedata.normalize("NFD", name)

    assert found(listed("INBOX", name)) == {use: name}
    assert found(listed("INBOX", taken_apart)) == {use: taken_apart}


@pytest.mark.parametrize("use", SpecialUse)
def test_each_use_has_names_in_more_than_a_dozen_languages(use: SpecialUse):
    assert len(NAMES[use]) > 12
    assert all(all(map(plain, names)) and names for names in NAMES[use].values())


def test_no_name_stands_for_two_uses():
    uses = [
        (plain(name), use)
        for use, by_language in NAMES.items()
        for names in by_language.values()
        for name in names
    ]

    known = {name for name, _ in uses}
    assert len(set(uses)) == len(known)


@pytest.mark.parametrize(
    ("prefix", "delimiter"),
    [("", "/"), ("", None), ("INBOX.", "."), ("INBOX/", "/"), ("[Google Mail]/", "/")],
)
def test_the_last_part_counts_below_what_stands_above_all_folders(prefix, delimiter):
    names = [prefix + name for name in GERMAN]

    assert found(listed("INBOX", *names, delimiter=delimiter)) == dict(
        zip(SpecialUse, names, strict=True)
    )


@pytest.mark.parametrize("name", ["Customers/Sent", "Other Users/bob/Sent", "Archive/2024"])
def test_a_folder_inside_another_one_has_no_use_by_its_name(name: str):
    assert found(listed("INBOX", name)) == {}


def test_without_a_delimiter_a_dot_is_a_letter():
    assert found(listed("INBOX.Sent", delimiter=None)) == {}


def test_the_folder_that_is_named_in_the_settings_wins():
    folders = listed("Sent", "Ausgang", "Müll", Sent=r"\sent")

    mapping = map_uses(folders, {SENT: "Ausgang", TRASH: "Müll"})

    assert (mapping[SENT].folder, mapping[SENT].how) == ("Ausgang", How.NAMED)
    assert mapping[TRASH].folder == "Müll"


def test_a_named_folder_that_is_not_there_is_not_replaced_by_a_guess():
    assert found(listed("Sent", "Trash"), sent="Snet") == {TRASH: "Trash"}


def test_no_folder_has_two_uses():
    both = listed("Sent", "Bin", "Trash", Bin=r"\trash \junk")

    assert found(both) == {SENT: "Sent", TRASH: "Bin"}
    assert found(both, trash="Sent", sent="Sent") == {SENT: "Sent", JUNK: "Bin"}
    assert found(both, archive="Trash") == {SENT: "Sent", TRASH: "Bin", ARCHIVE: "Trash"}


@pytest.mark.parametrize("mark", [r"\noselect", r"\nonexistent"])
def test_what_cannot_be_opened_has_no_use(mark: str):
    folders = listed("Sent", "Trash", Sent=rf"\sent {mark}", Trash=mark)

    assert found(folders) == found(folders, sent="Sent") == {}


def test_inbox_has_none_by_itself():
    assert found(listed("INBOX", INBOX=r"\archive")) == {}
