"""The forms on a page, as a browser reads them: where they lead, and what is sent as it stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

#: Of controls that send nothing by themselves.
_SILENT = {"submit", "button", "reset", "image", "file"}


@dataclass(slots=True)
class Form:
    """One form."""

    #: The path it leads to.
    action: str
    #: `GET` or `POST`.
    method: str
    #: What every control sends as it stands, by name; of a list of choices all that are offered.
    fields: dict[str, list[str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """What a person can change, sorted; not the token that goes with every form."""
        return sorted(self.fields.keys() - {"csrf_token"})

    def as_it_stands(self) -> dict[str, str]:
        """One value for each control: the first, or the one that is chosen."""
        return {name: values[0] if values else "" for name, values in self.fields.items()}


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urlsplit(given.get("action") or self.path).path
            self._form = Form(action=action, method=given.get("method", "get").upper())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select:
            values = form.fields.setdefault(self._select, [])
            values.insert(0 if "selected" in given else len(values), given.get("value", ""))
        elif tag == "select":
            self._select = name
            form.fields.setdefault(name, [])
        elif tag == "textarea":
            self._area = name
            form.fields[name] = [""]
        elif tag in ("input", "button") and name:
            kind = given.get("type", "text")
            chosen = kind not in ("radio", "checkbox") or "checked" in given
            values = form.fields.setdefault(name, [])
            if kind not in _SILENT or given.get("value"):
                values.insert(0 if chosen else len(values), given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def forms_of(page: str, path: str) -> Iterator[Form]:
    """Every form of a page that was found at `path`."""
    reader = _Reader(path)
    reader.feed(page)
    yield from reader.forms
