"""README.md and the pages in docs/, held to the code: what they name is there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailboxadmin.cli import main
from mailboxadmin.diagnosis import load_providers
from mailboxadmin.domain.settings import SETTINGS, Kind, Setting

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def table_rows(page: Path, first_heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table whose first column has that heading."""
    table = page.read_text().partition(f"| {first_heading} |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def bounds(setting: Setting) -> str:
    if setting.kind is Kind.INTEGER:
        return f"{setting.minimum}–{setting.maximum}"
    if setting.kind is Kind.YES_NO:
        return "`yes` or `no`"
    if setting.kind is Kind.CHOICE:
        return ", ".join(f"`{choice}`" for choice in setting.choices[:-1])
    return str(setting.maximum) if setting.maximum else ""


def test_the_settings_table_has_every_setting_as_it_is_in_the_code() -> None:
    rows = {row[0].strip("`"): row[1:] for row in table_rows(README, "key")}

    assert list(rows) == list(SETTINGS)
    for key, (default, limits, personal) in rows.items():
        setting = SETTINGS[key]
        assert bounds(setting) in limits, key
        assert (personal == "yes") is setting.personal, key
        if text := setting.format(setting.default):
            assert default == f"`{text}`", key
        else:
            assert not default.startswith("`"), key


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_into_the_repository_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]

    for target in targets:
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(file), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = LINK.findall((ROOT / "docs" / "README.md").read_text())

    pages = {page.name for page in PAGES if page.parent.name == "docs"} - {"README.md"}

    assert pages <= set(index)


def test_the_commands_that_the_readme_shows_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = README.read_text()

    assert set(re.findall(r"\bmake ([a-z]+)\b(?=`|\s+#|\n)", text)) <= targets
    for line in re.findall(r"^ {4}.*?\b(?=mailboxadmin [a-z])mailboxadmin (.+)$", text, re.M):
        words = shlex.split(line, comments=True)
        command = main.get_command(main.make_context("mailboxadmin", words), words.pop(0))
        assert command is not None, line
        if hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_the_guide_has_every_provider_with_its_server_and_its_pages() -> None:
    guide = (ROOT / "docs" / "connect-a-mailbox.md").read_text()

    for provider in load_providers().all:
        assert f"`{provider.server.host}`" in guide, provider.key
        for link in LINK.findall(" ".join(provider.steps)):
            assert f"({link})" in guide, f"{provider.key}: {link}"
