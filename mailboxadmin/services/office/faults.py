"""Collects what is wrong with a form, so that a person hears of all of it at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.domain.settings import setting


class Faults:
    """The faults of one form, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[InvalidInput] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep the fault that the block raises, and go on after the block."""
        try:
            yield
        except InvalidInput as fault:
            self._found.append(fault)

    def raise_any(self) -> None:
        """Do nothing when there are none.

        Raises:
            InvalidInputs: there are some.
        """
        if self._found:
            raise InvalidInputs(tuple(self._found))


def read_texts(texts: Mapping[str, str], faults: Faults) -> dict[str, str]:
    """The settings among `texts` in the form in which they are stored; the rest are faults."""
    canonical: dict[str, str] = {}
    for key, text in texts.items():
        with faults.noted():
            each = setting(key)
            canonical[key] = each.format(each.parse(text))
    return canonical
