"""Whole numbers on the command line."""

import re

import click

from mailboxadmin.domain.entered import LARGEST_INTEGER


class FromOne(click.ParamType):
    """A whole number of 1 or more that the database can hold.

    As click's own range, without its largest number in every help and every fault.
    """

    name = "integer"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number; what is none ends the command with a sentence."""
        text = str(value)
        if not re.fullmatch(r"[0-9]{1,19}", text) or not 1 <= int(text) <= LARGEST_INTEGER:
            self.fail(f"{text!r} is not a whole number of 1 or more.", param, ctx)
        return int(text)


FROM_ONE = FromOne()
