"""The German and French letters of the sample office."""

from mailboxadmin.demo.contacts import Voice
from mailboxadmin.demo.people import Desk
from mailboxadmin.demo.template import Attach, Template

_DESIGN, _WORKSHOP, _PURCHASING = Desk.DESIGN, Desk.WORKSHOP, Desk.PURCHASING
_BOOKS, _FRONT, _OFFICE = Desk.BOOKS, Desk.FRONT, Desk.OFFICE


def _letter(
    language: str,
    voices: set[Voice],
    desks: set[Desk],
    subject: str,
    *turns: str,
    attach: Attach = Attach.NOTHING,
) -> Template:
    return Template(
        language=language,
        voices=frozenset(voices),
        desks=frozenset(desks),
        subject=subject,
        turns=turns,
        attach=attach,
    )


LETTERS_FROM_ABROAD = (
    _letter(
        "de",
        {Voice.TIMBER},
        {_PURCHASING, _WORKSHOP, _BOOKS},
        "Auftragsbestätigung {number}: {material}",
        "Guten Tag {you},\n\nvielen Dank für Ihre Bestellung. Wir liefern {material} am {day}"
        " zwischen 7 und 9 Uhr frei Werkstatt. Die Bestätigung liegt bei.\n\n"
        "Mit freundlichen Grüßen\n{me}",
        attach=Attach.INVOICE,
    ),
    _letter(
        "de",
        {Voice.TIMBER},
        {_BOOKS, _PURCHASING},
        "Rechnung {number} über {amount}",
        "Guten Tag {you},\n\nanbei erhalten Sie die Rechnung {number} über {amount}, zahlbar"
        " innerhalb von 14 Tagen mit 2 % Skonto.\n\nMit freundlichen Grüßen\n{me}",
        "Guten Tag {you},\n\ndie Rechnung ist angewiesen, das Skonto haben wir abgezogen.\n\n"
        "Viele Grüße\n{me}",
        attach=Attach.INVOICE,
    ),
    _letter(
        "de",
        {Voice.GLASS},
        {_WORKSHOP, _DESIGN},
        "Rückfrage zu den Glasmaßen",
        "Hallo {you},\n\nauf dem Plan stehen 812 mm, im Leistungsverzeichnis 821 mm. Was gilt?"
        " Bis {day} kann ich noch ändern, danach wird geschnitten.\n\nGruß\n{me}",
        "Hallo {you},\n\nes gilt der Plan: 812 mm. Gut, dass Sie fragen!\n\nGruß\n{me}",
    ),
    _letter(
        "de",
        {Voice.TAX_ADVISER},
        {_BOOKS, _OFFICE},
        "Unterlagen für die Umsatzsteuervoranmeldung",
        "Sehr geehrte Damen und Herren,\n\nfür die Voranmeldung fehlen mir noch die Kassenbelege"
        " und die Rechnung {number}. Bitte schicken Sie beides bis {day}, damit wir die Frist"
        " einhalten.\n\nMit freundlichen Grüßen\n{me}",
        "Guten Tag {you},\n\nbeides liegt jetzt im Ordner. Die Kassenbelege sind vollständig.\n\n"
        "Viele Grüße\n{me}",
    ),
    _letter(
        "de",
        {Voice.CLIENT},
        {_DESIGN, _FRONT, _BOOKS},
        "{project}: nächste Schritte",
        "Guten Tag {you},\n\ndie Finanzierung steht, wir können über Termine sprechen;"
        " bei uns ginge es ab {day}. Wichtig wäre uns, dass die Möbel vor den Ferien stehen.\n\n"
        "Herzliche Grüße\n{me}",
        "Guten Tag {you},\n\ndas sind schöne Nachrichten. Ich schlage {day} um zehn bei Ihnen vor"
        " und bringe Muster mit.\n\nHerzliche Grüße\n{me}",
    ),
    _letter(
        "fr",
        {Voice.TIMBER},
        {_PURCHASING, _WORKSHOP},
        "Devis n° {number} – {material}",
        "Bonjour {you},\n\nvoici notre devis pour {material} : {amount} hors taxes, livraison"
        " comprise. Le bois est séché à 9 %. Le prix est garanti jusqu’à la fin du mois.\n\n"
        "Bien cordialement,\n{me}",
        "Bonjour {you},\n\nmerci, c’est d’accord. Pouvez-vous livrer {day} avant neuf heures ?"
        "\n\nBien à vous,\n{me}",
        "C’est noté, à {day} !\n\n{me}",
        attach=Attach.INVOICE,
    ),
    _letter(
        "fr",
        {Voice.VARNISH},
        {_PURCHASING, _BOOKS, _DESIGN},
        "Échantillons de vernis envoyés",
        "Bonjour {you},\n\nles trois échantillons sont partis ce matin. La teinte du milieu est"
        " celle que vous avez vue à l’atelier ; une photo est jointe.\n\nCordialement,\n{me}",
        attach=Attach.PHOTO,
    ),
    _letter(
        "fr",
        {Voice.CLIENT},
        {_DESIGN, _FRONT, _PURCHASING},
        "Étagères : le rayon du bas",
        "Bonjour {you},\n\nles étagères sont superbes. Serait-il possible d’ajouter un rayon en"
        " bas, à 25 cm du sol, pour les livres d’enfants ?\n\nMerci d’avance,\n{me}",
        "Bonjour {you},\n\nbien sûr. Nous passons {day} prendre les mesures.\n\nÀ bientôt,\n{me}",
    ),
)
