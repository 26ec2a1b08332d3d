"""`settings`: the same keys, limits and defaults as the web form."""

from typing import Any

import click

from mailboxadmin.cli.opening import open_deps, read_stdin
from mailboxadmin.cli.output import (
    IN_CLEAR,
    Chapter,
    complain,
    json_option,
    print_json,
    print_table,
)
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.settings import SETTINGS, Kind, Setting, Value
from mailboxadmin.services.office.settings import (
    SettingView,
    change_settings,
    passwords_to_move,
    read_settings,
)


@click.group(cls=Chapter, no_args_is_help=False)
def settings() -> None:
    """The office's settings: list and set."""


@settings.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every setting with what holds and its default."""
    views = read_settings(open_deps())
    if as_json:
        for view in views:
            print_json(_as_json(view))
        return
    rows = ((view.setting.key, _cell(view.in_force), _cell(view.default)) for view in views)
    print_table(("key", "value", "default"), rows)


def _cell(text: str) -> str:
    return ", ".join(text.splitlines()) or "-"


def _as_json(view: SettingView) -> dict[str, Any]:
    setting = view.setting
    if setting.is_secret:
        return {"key": setting.key, "value": view.in_force, "default": view.default}
    chosen = setting.parse(view.text)
    value = setting.default if chosen is None else chosen
    return {
        "key": setting.key,
        "value": _value(setting, value),
        "default": _value(setting, setting.default),
    }


def _value(setting: Setting, value: Value) -> str | int | list[str] | None:
    if setting.kind is Kind.YES_NO:
        return setting.format(value)
    return list(value) if isinstance(value, tuple) else value


# What looks like an option and is none is a value: -1 is to be told its limits.
@settings.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("value", required=False)
@click.option("--value-stdin", is_flag=True, help="Read the value from standard input.")
def set_(key: str, value: str | None, value_stdin: bool) -> None:
    """Set KEY to VALUE; an empty value is the default again."""
    if (value is None) == (not value_stdin):
        raise click.UsageError("Give the value, or --value-stdin.")
    if value and value.startswith("--"):
        raise click.NoSuchOption(value)
    if value and key in SETTINGS and SETTINGS[key].is_secret:
        # Whatever stands on a command line is in the shell's history and in the process list.
        raise click.UsageError(f"{key} is a secret; give it with --value-stdin.")
    texts = {key: read_stdin("value") if value is None else value}
    deps = open_deps()
    moved = passwords_to_move(deps, texts)
    for change in change_settings(deps, texts, actor=COMMAND_LINE):
        click.echo(f"{change.setting.key}: {_words(change.before)} -> {_words(change.after)}")
    if moved.mailbox_ids:
        complain(_not_sent(len(moved.mailbox_ids)))
    if texts.get("imap_encryption", "").strip().lower() == Encryption.NONE:
        complain(IN_CLEAR)


def _not_sent(count: int) -> str:
    one = count == 1
    return (
        f"{count} {'password was' if one else 'passwords were'} entered for the server before and "
        f"{'is' if one else 'are'} not sent to this one; enter {'it' if one else 'them'} again, "
        "or confirm the new server under Settings."
    )


def _words(text: str) -> str:
    return ", ".join(text.splitlines()) or "not set"
