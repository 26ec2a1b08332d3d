"""Numbers in an address: no more digits than an id can have."""

import re

from flask import Flask
from werkzeug.routing import IntegerConverter


class Id(IntegerConverter):
    """A whole number that the database can hold; of a larger one there is nothing."""

    regex = r"\d{1,18}"


def number_in(text: str) -> int | None:
    """The number that a parameter is; None when it is none, or a larger one."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def init_app(app: Flask) -> None:
    """Have every `<int:…>` of a route read so."""
    app.url_map.converters["int"] = Id
