"""The pages of the local provider: the consent, and its own error page.

Whoever tries the demo must not take it for Google's or Microsoft's page, so it says
in its first line what it is, and looks like neither.
"""

from dataclasses import dataclass
from enum import StrEnum
from html import escape

from mailboxadmin.demo.provider_values import Refusal
from mailboxadmin.domain.oauth import AppKey


class Choice(StrEnum):
    """What can be answered on the consent page; the value of its button."""

    ALLOW = "allow"
    CANCEL = "cancel"
    SOMEBODY_ELSE = "somebody-else"
    WITHOUT_MAIL = "without-mail"
    BRIEFLY = "briefly"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What the consent page shows."""

    key: AppKey
    app_name: str
    #: Whose mailbox is to be opened.
    address: str
    #: Who signs in at the third button.
    other_address: str
    scopes: tuple[str, ...]


def consent_page(view: ConsentView) -> str:
    """The page that asks; every button posts the form to the address of the page itself."""
    scopes = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in view.scopes)
    return _page(
        f"Allow {view.app_name}?",
        f"""
<p class="who">{escape(view.app_name)} wants to read the mail of
<strong>{escape(view.address)}</strong>.</p>
<p>It asks for these rights:</p>
<ul>{scopes}</ul>
<form method="post">
<input type="hidden" name="account" value="{escape(view.address)}">
{_button(Choice.ALLOW, "Allow", "main")}
{_button(Choice.CANCEL, "Cancel")}
</form>
<h2>To see what goes wrong</h2>
<form method="post">
<label for="other">Another account</label>
<input id="other" name="account" type="text" autocomplete="off"
 value="{escape(view.other_address)}">
{_button(Choice.SOMEBODY_ELSE, "Sign in as somebody else")}
</form>
<form method="post">
<input type="hidden" name="account" value="{escape(view.address)}">
{_button(Choice.WITHOUT_MAIL, "Allow, without the right to read mail")}
{_button(Choice.BRIEFLY, "Allow, but the permission ends at once")}
</form>
""",
        view.key,
    )


def error_page(key: AppKey, refusal: Refusal) -> str:
    """The provider's own page: what is wrong is too wrong to send anybody back."""
    return _page(
        "Access blocked",
        f"""
<p>{escape(refusal.description or "The request cannot be answered.")}</p>
<p class="code">Error {refusal.status}: {escape(refusal.error)}</p>
""",
        key,
    )


def _button(choice: Choice, words: str, style: str = "other") -> str:
    return f'<button class="{style}" name="choice" value="{choice.value}">{escape(words)}</button>'


def _page(title: str, content: str, key: AppKey) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} – sample sign-in page</title>
<style>{_STYLE}</style>
</head>
<body>
<header class="stand-in">This is the sample office’s stand-in for {key.company}: a page of
the demo on your own machine, not a page of {key.company}. No account is needed, and no password
is asked for.</header>
<main>
<h1>{escape(title)}</h1>
{content}
</main>
</body>
</html>
"""


_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --line: #767d86;
  --note: #fff3d1; --note-ink: #4a3400; --main: #1d4f91; --main-ink: #fff; }
@media (prefers-color-scheme: dark) { :root { --paper: #16191d; --ink: #e8eaed; --line: #8b929b;
  --note: #453508; --note-ink: #ffeab3; --main: #9cc2f5; --main-ink: #0d1f38; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 34rem; margin: 0 auto; padding: 1rem; }
.stand-in { margin: 0; padding: .75rem 1rem; background: var(--note); color: var(--note-ink); }
h1 { font-size: 1.5rem; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
button, input[type=text] { display: block; width: 100%; min-height: 2.75rem; margin: .5rem 0;
  padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .4rem; font: inherit;
  background: var(--paper); color: var(--ink); }
button { cursor: pointer; }
button.main { background: var(--main); color: var(--main-ink); border-color: var(--main);
  font-weight: 600; }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
"""
