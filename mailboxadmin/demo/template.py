"""What a letter of the sample office is made from before names and numbers are filled in."""

from dataclasses import dataclass, field
from enum import Enum

from mailboxadmin.demo.contacts import Voice
from mailboxadmin.demo.people import Desk


class Attach(Enum):
    """The kind of file that goes with a letter."""

    NOTHING = "nothing"
    #: A PDF invoice with number and amount.
    INVOICE = "invoice"
    #: A PDF sheet about the project.
    DRAWING = "drawing"
    PHOTO = "photo"
    PRICES = "prices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A conversation with blanks.

    Blanks are those of `conversation.draw_facts` in braces; `{you}` and `{me}` change
    places with every turn.
    """

    #: Who opens it.
    voices: frozenset[Voice]
    #: Who in the office gets it.
    desks: frozenset[Desk]
    subject: str
    #: The opening by the contact, then the answers in turn: the person's, the contact's, …
    turns: tuple[str, ...]
    language: str = "en"
    #: Goes with the opening.
    attach: Attach = Attach.NOTHING
    #: HTML of the opening beside its plain text; empty for plain text alone.
    html: str = field(default="", repr=False)
