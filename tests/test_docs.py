"""The pages name every command, setting, variable and code, as they are in the program."""

import inspect
import re
import tomllib
from pathlib import Path

import click
import pytest

import mailboxadmin.config as config
from mailboxadmin.cli import main
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.retry import REFUSAL_DELAYS, TEMPORARY_DELAYS
from mailboxadmin.domain.run import Outcome, SkipReason
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.trouble.doctor import CHECKS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text()


def rows(text: str) -> dict[str, list[str]]:
    """The rows of all tables whose first cell is one word in backquotes, by that word."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if len(cells) > 1 and re.fullmatch(r"`[\w.]+`", cells[0]):
            found[cells[0].strip("`")] = cells[1:]
    return found


def leaves(command: click.Command, path: str = "") -> dict[str, click.Command]:
    """Every command that does something, by what one types."""
    if not isinstance(command, click.Group):
        return {path: command}
    found = {}
    for name in command.list_commands(None):  # type: ignore[arg-type]
        below = command.get_command(None, name)  # type: ignore[arg-type]
        assert below is not None
        found |= leaves(below, f"{path} {name}".strip())
    return found


@pytest.mark.parametrize("path", leaves(main))
def test_every_command_and_option_is_documented(path):
    shown = "\n".join(re.findall(rf"`({path}(?: [^`]*)?)`", page("command-line.md")))

    assert shown, path
    for parameter in leaves(main)[path].params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("--") and option != "--help":
                assert re.search(rf"{option}\b", shown), f"{path} {option}"


def test_every_command_of_the_page_exists():
    shown = re.findall(r"^\| `([a-z-]+(?: [a-z]+)?)\b", page("command-line.md"), re.MULTILINE)
    known = set(leaves(main))

    assert len(shown) > 10
    assert [each for each in shown if not {each, each.split()[0]} & known] == []


def test_every_word_that_scripts_meet_is_documented():
    text = page("command-line.md")
    words = [*Level, *State, *Outcome, *SkipReason]
    shown = {each.word if isinstance(each, Level) else each.value for each in words}
    # On the command line a run that was stopped is partial or failed.
    shown -= {Outcome.CANCELLED.value}

    assert [word for word in sorted(shown | set(CHECKS)) if f"`{word}`" not in text] == []


def test_every_setting_is_documented_as_it_is():
    table = rows(page("settings.md"))

    assert [key for key in table if key in SETTINGS] == list(SETTINGS)
    for key, setting in SETTINGS.items():
        default, _limits, personal, text = table[key]
        assert default.strip("`–") == setting.format(setting.default), key
        assert (personal == "yes") is setting.personal, key
        assert text == setting.help, key


def test_every_environment_variable_is_documented():
    source = inspect.getsource(config)
    read = {f"MAILBOXADMIN_{name}" for name in re.findall(r'_read\(environ, "([A-Z_]+)"', source)}
    read |= {f"MAILBOXADMIN_{name}" for name in config.PROVIDER_URLS} | {"SSL_CERT_FILE"}

    documented = set(re.findall(r"`(MAILBOXADMIN_[A-Z_]+|SSL_CERT_FILE)`", page("settings.md")))

    assert len(read) > 10
    assert documented == read


def test_every_activity_code_is_documented():
    activity, _, _ = page("codes.md").partition("## Findings")

    assert [code for code in rows(activity) if "." in code] == [code.value for code in Code]


def test_every_finding_code_is_documented_as_it_is():
    _, _, findings = page("codes.md").partition("## Findings")
    file = ROOT / "mailboxadmin" / "diagnosis" / "codes.toml"
    codes = tomllib.loads(file.read_text())["codes"]

    documented = rows(findings)

    assert list(documented) == list(codes)
    for code, (when, phase, temporary, fix_by, scope) in documented.items():
        known = codes[code]
        assert when == known["when"], code
        assert phase == known["phase"], code
        assert (temporary == "yes") is known["temporary"], code
        assert (fix_by.strip("`"), scope.strip("`")) == (known["fix_by"], known["scope"]), code


def test_the_retry_page_has_the_delays_of_the_program():
    text = page("retry.md")
    refusals = [int(delay.total_seconds() // 60) for delay in REFUSAL_DELAYS]
    temporary = [int(delay.total_seconds() // 60) for delay in TEMPORARY_DELAYS]

    assert "{} and {} minutes".format(*refusals) in text
    assert "after {}, {}, then every {} minutes".format(*temporary) in text


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_the_pages_tell_nothing_of_the_machine_they_were_written_on(path):
    assert not re.search(r"/(?:root|home|work)/", path.read_text())
