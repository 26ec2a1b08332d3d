"""A password that must never be read anywhere, in all the forms that it could be read in."""

import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from mailboxadmin.imap.said import secret_forms
from tests.support.mailstore import Account

#: With everything that quoting and escaping changes.
CANARY = 'Can"ary\\7 <x&y>{z}'


def leaks(texts: Iterable[str | bytes], *accounts: Account) -> list[str]:
    """The forms of the accounts' passwords that are in one of the texts; none should be."""
    forms = {form for account in accounts for form in _forms(account)}
    found = set()
    for text in texts:
        said = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        found |= {form for form in forms if form.encode() in said}
    return sorted(found)


def _forms(account: Account) -> set[str]:
    on_the_wire = secret_forms(account.name, account.password)
    word = account.password
    escaped = (
        json.dumps(word)[1:-1],
        repr(word)[1:-1],
        quote(word),
        quote_plus(word),
        word.encode().hex(),
    )
    return {
        form
        for written in (*on_the_wire, *escaped)
        for form in (written, html.escape(written), json.dumps(written)[1:-1])
    }
