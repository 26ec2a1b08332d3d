"""The newsletters of the sample office, in HTML beside plain text."""

from mailboxadmin.demo.contacts import Voice
from mailboxadmin.demo.people import Desk
from mailboxadmin.demo.template import Template

_PAGE = """\
<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{heading}</title></head>
<body style="margin:0;background:#f4f1ea;font-family:Georgia,serif;color:#2b2622">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="560" cellpadding="24" style="background:#ffffff">
<tr><td><h1 style="font-size:24px;margin:0">{heading}</h1></td></tr>
{sections}
<tr><td style="font-size:12px;color:#6b645c">{footer}</td></tr>
</table></td></tr></table></body></html>
"""

_SECTION = '<tr><td><h2 style="font-size:18px;margin:0 0 8px">{title}</h2><p>{text}</p></td></tr>'


def _newsletter(
    language: str, subject: str, footer: str, sections: tuple[tuple[str, str], ...]
) -> Template:
    plain = "\n\n".join(f"{title}\n{text}" for title, text in sections)
    html = _PAGE.format(
        language=language,
        heading=subject,
        sections="\n".join(_SECTION.format(title=title, text=text) for title, text in sections),
        footer=footer,
    )
    return Template(
        voices=frozenset({Voice.NEWSLETTER}),
        desks=frozenset(Desk),
        language=language,
        subject=subject,
        turns=(f"{subject}\n\n{plain}\n\n-- \n{footer}",),
        html=html,
    )


_FOOTER = "You get this letter because you asked for it. Answer with “stop” to end it."

NEWSLETTERS = (
    _newsletter(
        "en",
        "What oak costs now",
        _FOOTER,
        (
            ("Prices", "Sawmills report full yards. Oak is steady, spruce a little cheaper."),
            ("From the forest", "A dry season means less blue stain, and larch that moves less."),
            ("Fairs", "Three days of machines and coffee at the end of the month. Bring boots."),
        ),
    ),
    _newsletter(
        "en",
        "Five jigs that pay for themselves",
        _FOOTER,
        (
            ("The drawer jig", "An afternoon to build, and every front sits on the line."),
            ("Sharpening", "Why one good stone beats four that gather dust."),
            ("Reader’s bench", "A folding bench for fitting days, with a cutting list."),
        ),
    ),
    _newsletter(
        "en",
        "Stairs: what the new rules mean for small workshops",
        _FOOTER,
        (
            ("Rise and going", "The limits stay. What is new is who has to sign the drawing."),
            ("Handrails", "A second rail is asked for above a metre of width."),
        ),
    ),
    _newsletter(
        "de",
        "Neues aus der Werkstatt: Öle, Wachse und Geduld",
        "Sie möchten diesen Brief nicht mehr? Antworten Sie mit „Abmelden“.",
        (
            ("Ölen", "Dünn auftragen, lange warten, gründlich abnehmen: drei Gänge genügen."),
            ("Termine", "Tag der offenen Tür für Tischlereien, Anmeldung bis Monatsende."),
        ),
    ),
)
