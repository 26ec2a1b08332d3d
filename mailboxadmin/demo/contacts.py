"""Who writes to the people of the sample office, and what about.

Every address outside the office ends in the reserved domain .example (RFC 2606).
"""

from dataclasses import dataclass
from enum import Enum


class Voice(Enum):
    """In which part someone writes to the office."""

    CLIENT = "client"
    TIMBER = "timber"
    HARDWARE = "hardware"
    GLASS = "glass"
    VARNISH = "varnish"
    AUTHORITY = "authority"
    INSURER = "insurer"
    TAX_ADVISER = "tax_adviser"
    COLLEAGUE = "colleague"
    NEWSLETTER = "newsletter"


_WITHOUT_FIRST_NAME = frozenset({Voice.HARDWARE, Voice.AUTHORITY, Voice.NEWSLETTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A correspondent."""

    name: str
    email: str
    voice: Voice
    #: Two letters of ISO 639-1.
    language: str = "en"
    #: What they have ordered; empty for who has a hand in several projects.
    project: str = ""

    @property
    def first_name(self) -> str:
        """What the office calls them; a firm or an authority is called by its whole name."""
        return self.name if self.voice in _WITHOUT_FIRST_NAME else self.name.split()[0]


def _client(name: str, email: str, project: str, language: str = "en") -> Contact:
    return Contact(name=name, email=email, voice=Voice.CLIENT, language=language, project=project)


def _contact(name: str, email: str, voice: Voice, language: str = "en") -> Contact:
    return Contact(name=name, email=email, voice=voice, language=language)


CONTACTS = (
    _client("Marta Lindqvist", "marta@harbourcafe.example", "Harbour Café counter"),
    _client("Tom Whitfield", "tom.whitfield@elmstreet-homes.example", "Elm Street staircase"),
    _client("Priya Nair", "p.nair@nair-architects.example", "Mill Lane loft"),
    _client("Oliver Grant", "oliver@grant-family.example", "Grant kitchen"),
    _client("Fatima El Amrani", "fatima@corner-bakery.example", "Corner Bakery shop front"),
    _client("Jonas Weber", "j.weber@stadtbuecherei.example", "Lesesaal", "de"),
    _client("Käthe Röhrig", "kaethe.roehrig@praxis-roehrig.example", "Wartezimmer", "de"),
    _client("Élodie Marchand", "elodie@librairie-marchand.example", "bibliothèque", "fr"),
    _contact("Karen Ellis", "karen@ridgeway-timber.example", Voice.TIMBER),
    _contact("Fenwick Hardware", "accounts@fenwick-hardware.example", Voice.HARDWARE),
    _contact("Imre Szabó", "imre@clearpane-glass.example", Voice.GLASS),
    _contact("Sabine Brandt", "s.brandt@holzhandel-brandt.example", Voice.TIMBER, "de"),
    _contact("Jörg Osten", "osten@glaserei-osten.example", Voice.GLASS, "de"),
    _contact("Luc Vauban", "luc@scierie-vauban.example", Voice.TIMBER, "fr"),
    _contact("Hélène Lemoine", "helene@vernis-lemoine.example", Voice.VARNISH, "fr"),
    _contact("Westhaven Building Control", "permits@westhaven.example", Voice.AUTHORITY),
    _contact("Peter Ashdown", "ashdown@tradecover.example", Voice.INSURER),
    _contact("Petra Sommer", "sommer@steuerbuero-sommer.example", Voice.TAX_ADVISER, "de"),
    _contact("Anna Keller", "anna@example.org", Voice.COLLEAGUE),
    _contact("Ben Okoye", "ben@example.org", Voice.COLLEAGUE),
    _contact("Chloé Durand", "chloe@example.org", Voice.COLLEAGUE),
    _contact("Dana Vries", "dana@example.org", Voice.COLLEAGUE),
    _contact("Grace Novák", "grace@example.org", Voice.COLLEAGUE),
    _contact("The Timber Review", "letter@timber-review.example", Voice.NEWSLETTER),
    _contact("Workshop Weekly", "hello@workshop-weekly.example", Voice.NEWSLETTER),
    _contact("Holz & Form", "post@holz-und-form.example", Voice.NEWSLETTER, "de"),
)

PROJECTS = (
    "Harbour Café counter",
    "Elm Street staircase",
    "library reading room",
    "Grant kitchen",
    "Corner Bakery shop front",
    "Mill Lane loft",
    "doctors' waiting room",
    "bookshop shelves",
    "Station Road porch",
    "Old Brewery windows",
)

#: English, German and French for the same board, so that a thread stays about one thing.
MATERIALS = (
    {"en": "oak boards, 27 mm", "de": "Eichenbohlen, 27 mm", "fr": "planches de chêne, 27 mm"},
    {"en": "ash, 40 mm", "de": "Esche, 40 mm", "fr": "frêne, 40 mm"},
    {"en": "larch cladding", "de": "Lärchenschalung", "fr": "bardage en mélèze"},
    {"en": "birch plywood, 18 mm", "de": "Birkensperrholz, 18 mm", "fr": "contreplaqué de bouleau"},
    {"en": "walnut veneer", "de": "Nussbaumfurnier", "fr": "placage de noyer"},
    {"en": "three-layer spruce panels", "de": "Dreischichtplatten", "fr": "panneaux trois plis"},
)

DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi"),
}
