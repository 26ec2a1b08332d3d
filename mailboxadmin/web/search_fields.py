"""What is looked for, from the address of a page: one line, or the fields of the form."""

import re
from collections.abc import Mapping

from mailboxadmin.domain.mail_query import Query, SearchForm


def read_search(args: Mapping[str, str]) -> tuple[Query, SearchForm]:
    """The query, and the form filled in with it; whatever the address holds.

    `q` is the line; `from to subject after before attachment unread` are the fields.
    """
    query = SearchForm(
        words=args.get("q", ""),
        sender=args.get("from", ""),
        recipients=args.get("to", ""),
        subject=args.get("subject", ""),
        after=args.get("after", ""),
        before=args.get("before", ""),
        has_attachment=bool(args.get("attachment")),
        unread=bool(args.get("unread")),
    ).query()
    return query, SearchForm.of(query)


def search_address(query: Query) -> dict[str, str]:
    """The parameters of a link that asks for the same, with one line."""
    return {"q": str(query)} if not query.is_empty else {}


def position_in(args: Mapping[str, str]) -> int | None:
    """Where a page of what was found begins; None for the first, and for what is none.

    It has more digits than an id: the second of arrival stands before that.
    """
    page = args.get("page", "")
    return int(page) if re.fullmatch(r"[0-9]{1,19}", page) else None


def search_left(args: Mapping[str, str]) -> dict[str, str]:
    """The search that a message was opened from, as parameters; empty when it was from none."""
    query, _ = read_search({"q": args.get("q", "")})
    address, page = search_address(query), position_in(args)
    return address | ({"page": str(page)} if address and page is not None else {})
