"""A conversation between a contact and a person of the office, drafted from a template.

The blanks are filled once, so that a thread stays about one thing. Its turns
alternate between the contact and the person, and each answer quotes the one before.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from mailboxadmin.demo.compose import Draft
from mailboxadmin.demo.contacts import DAYS, MATERIALS, PROJECTS, Contact, Voice
from mailboxadmin.demo.enclosures import Enclosure, csv_prices, pdf_sheet, png_wood_sample
from mailboxadmin.demo.people import FIRM, SamplePerson
from mailboxadmin.demo.template import Attach, Template

Facts = dict[str, str]


def converse(
    template: Template, contact: Contact, person: SamplePerson, opened_at: datetime, rng: Random
) -> Iterator[Draft]:
    """The drafts of a whole thread, the oldest first; odd ones are by the person."""
    facts = draw_facts(contact, rng)
    subject = template.subject.format_map(facts)
    enclosure = enclose(template.attach, facts, rng)
    at, quoted = opened_at, ""
    references: tuple[str, ...] = ()
    for turn, blank_text in enumerate(template.turns):
        writer, reader = (person, contact) if turn % 2 else (contact, person)
        names = {"me": writer.first_name, "you": reader.first_name}
        text = blank_text.format_map(facts | names)
        draft = Draft(
            sender=(writer.name, writer.email),
            recipient=(reader.name, reader.email),
            subject=f"{_REPLY[template.language]} {subject}" if turn else subject,
            text=text + quoted + "\n",
            at=at,
            message_id=_message_id(writer.email, rng),
            references=references,
            html="" if turn else template.html,
            enclosure=None if turn else enclosure,
            list_address=writer.email if template.voices == {Voice.NEWSLETTER} else "",
        )
        yield draft
        quoted = _quote(draft, text, template.language)
        references = (*references, draft.message_id)
        at = _in_office_hours(at + timedelta(minutes=rng.randrange(12, 26 * 60)))


_REPLY = {"en": "Re:", "de": "AW:", "fr": "RE :"}

_WROTE = {
    "en": "On {date}, {name} wrote:",
    "de": "Am {date} schrieb {name}:",
    "fr": "Le {date}, {name} a écrit :",
}

_DATES = {"en": "%d/%m/%Y", "de": "%d.%m.%Y", "fr": "%d/%m/%Y"}


def _in_office_hours(at: datetime) -> datetime:
    """The same minute between seven and seven; what falls into the night moves on."""
    return at if 7 <= at.hour < 19 else at + timedelta(hours=12)


def _quote(draft: Draft, text: str, language: str) -> str:
    date = draft.at.strftime(_DATES[language])
    lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"\n\n{_WROTE[language].format(date=date, name=draft.sender[0])}\n{lines}"


def _message_id(email: str, rng: Random) -> str:
    return f"<{rng.getrandbits(72):018x}@{email.partition('@')[2]}>"


def draw_facts(contact: Contact, rng: Random) -> Facts:
    """What the blanks of a conversation with that contact stand for."""
    language = contact.language
    return {
        "project": contact.project or rng.choice(PROJECTS),
        "material": rng.choice(MATERIALS)[language],
        "number": str(rng.randrange(2100, 9900)),
        "amount": _money(rng.randrange(18_000, 940_000), language),
        "day": rng.choice(DAYS[language]),
        "hour": f"{rng.randrange(8, 12)}:{rng.choice(('05', '20', '40'))}",
    }


def _money(cents: int, language: str) -> str:
    english = f"{cents / 100:,.2f}"
    if language == "en":
        return f"€{english}"
    thousands = "." if language == "de" else "\N{NO-BREAK SPACE}"
    return english.translate({ord(","): thousands, ord("."): ","}) + "\N{NO-BREAK SPACE}€"


def enclose(attach: Attach, facts: Facts, rng: Random) -> Enclosure | None:
    """The file that an opening brings with it, if any."""
    number, project = facts["number"], facts["project"]
    match attach:
        case Attach.INVOICE:
            lines = [f"No. {number}", facts["material"], project, "", facts["amount"], "", FIRM]
            return pdf_sheet(f"{number}.pdf", lines)
        case Attach.DRAWING:
            return pdf_sheet(f"{project}.pdf", [project, "Sheet 3, scale 1:20", "shelf + 40 mm"])
        case Attach.PHOTO:
            return png_wood_sample(f"{project} {number}.png", rng)
        case Attach.PRICES:
            return csv_prices(f"prices {number}.csv", [row["en"] for row in MATERIALS], rng)
        case Attach.NOTHING:
            return None
