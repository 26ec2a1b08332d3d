"""Who works in the sample office.

Northlight Joinery plans and builds stairs, kitchens and shop fronts. Its people
are invented, their addresses end in the reserved domain example.org, and their
passwords are new at every start.
"""

import secrets
from dataclasses import dataclass
from enum import Enum

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.people import Role

FIRM = "Northlight Joinery"


class Desk(Enum):
    """What a person works on, and so which letters they get."""

    DESIGN = "design"
    WORKSHOP = "workshop"
    PURCHASING = "purchasing"
    BOOKS = "books"
    FRONT = "front"
    OFFICE = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderNames:
    """A person's folders, in the language of the mail program that made them."""

    sent: str
    drafts: str
    archive: str
    trash: str
    spam: str


ENGLISH = FolderNames(sent="Sent", drafts="Drafts", archive="Archive", trash="Trash", spam="Junk")
GERMAN = FolderNames(
    sent="Gesendet", drafts="Entwürfe", archive="Archiv", trash="Papierkorb", spam="Spam"
)
FRENCH = FolderNames(
    sent="Envoyés", drafts="Brouillons", archive="Archives", trash="Corbeille", spam="Indésirables"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """Someone of the sample office, with what the app and the mail server know of them."""

    name: str
    email: str
    role: Role
    desk: Desk
    folders: FolderNames
    #: Opens the app.
    sign_in_password: str
    #: Opens the mailbox on the mail server.
    imap_password: str
    #: What was typed into Mailbox Config: an old one where the mailbox is to look broken, nothing
    #: where no password opens it.
    entered_password: str
    #: At whose sign-in page they agreed instead; None: at none.
    app: AppKey | None
    #: Their mailbox is the one on which findings are rehearsed.
    rehearses: bool

    @property
    def first_name(self) -> str:
        """What colleagues and customers call them; the shared address is called by its firm."""
        return self.name if self.desk is Desk.FRONT else self.name.split()[0]

    @property
    def connects(self) -> bool:
        """Whether what the app has opens the mailbox."""
        return self.app is not None or self.entered_password == self.imap_password

    @property
    def joins(self) -> bool:
        """Whether they still have to connect their mailbox, in the way they like."""
        return self.app is None and not self.entered_password


def sample_people() -> tuple[SamplePerson, ...]:
    """The admin first, then the staff; Anna's stored password is not the server's."""
    return (
        _person("Grace Novák", "grace@example.org", Desk.OFFICE, role=Role.ADMIN),
        _person("Anna Keller", "anna@example.org", Desk.DESIGN, entered="spring-2024"),
        _person("Ben Okoye", "ben@example.org", Desk.WORKSHOP, app=AppKey.OUTLOOK),
        _person("Chloé Durand", "chloe@example.org", Desk.PURCHASING, folders=FRENCH),
        _person("Dana Vries", "dana@example.org", Desk.BOOKS, folders=GERMAN),
        _person("Emil Sand", "emil@example.org", Desk.DESIGN, entered=""),
        _person("Rosa Prova", "rosa@example.org", Desk.WORKSHOP, rehearses=True),
        _person(FIRM, "info@example.org", Desk.FRONT),
    )


def _person(
    name: str,
    email: str,
    desk: Desk,
    *,
    role: Role = Role.STAFF,
    folders: FolderNames = ENGLISH,
    entered: str | None = None,
    app: AppKey | None = None,
    rehearses: bool = False,
) -> SamplePerson:
    imap_password = secrets.token_hex(8)
    return SamplePerson(
        name=name,
        email=email,
        role=role,
        desk=desk,
        folders=folders,
        sign_in_password=_words_to_type(),
        imap_password=imap_password,
        entered_password="" if app else imap_password if entered is None else entered,
        app=app,
        rehearses=rehearses,
    )


_WORDS = (
    "alder ash batten beech birch bolt bracket cedar chisel clamp dowel elm file glue grain "
    "hinge joint lacquer larch lathe ledger maple mallet mitre mortise oak panel pine plane "
    "plank rasp sapwood shelf spruce stair tenon timber trestle veneer walnut willow workbench"
).split()


def _words_to_type() -> str:
    """A password of about 32 bits that is pleasant to type from a terminal."""
    words = [secrets.choice(_WORDS) for _ in range(4)]
    return "-".join([*words, str(secrets.randbelow(900) + 100)])
