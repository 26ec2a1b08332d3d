"""`requirements.lock` is what `setup.cfg` asks for, each file held to its hash and nothing else."""

import re
from collections.abc import Iterable
from configparser import ConfigParser
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
ENTRY = re.compile(r"([a-z0-9-]+)==([\w.]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def locked() -> dict[str, str]:
    """The version of every package in it."""
    return {name: pinned for name, pinned, _ in ENTRY.findall(LOCK)}


def required(section: str, option: str) -> list[Requirement]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    return [Requirement(line) for line in config[section][option].split("\n") if line.strip()]


def holds(requirement: Requirement) -> bool:
    found = locked().get(canonicalize_name(requirement.name))
    return found is not None and requirement.specifier.contains(found)


def test_every_line_belongs_to_a_package_with_a_version_and_hashes():
    rest = ENTRY.sub("", LOCK)

    left = [line for line in rest.splitlines() if line and not line.startswith("#")]

    assert len(locked()) > 30
    assert left == []


def test_it_names_no_registry_and_no_place_on_a_machine():
    assert not re.search(r"https?:|file:|index|find-links|@|(?<!docs)/\w", LOCK.replace("\\\n", ""))


def test_it_has_what_setup_cfg_asks_for_in_a_version_that_it_allows():
    asked = required("options", "install_requires")

    assert len(asked) > 20
    assert [str(each) for each in asked if not holds(each)] == []


def test_it_has_what_builds_the_package():
    [asked] = re.findall(r'requires = \["(.+)"\]', (ROOT / "pyproject.toml").read_text())

    assert holds(Requirement(asked))


def test_what_those_need_themselves_is_in_it_too():
    missing = set(_needed(required("options", "install_requires"))) - set(locked())

    assert missing == set()


def _needed(asked: Iterable[Requirement]) -> Iterable[str]:
    """By what is installed here, as far as it is of the version in the list."""
    waiting, seen = list(asked), set[str]()
    while waiting:
        each = waiting.pop()
        if str(each) in seen or not _applies(each):
            continue
        seen.add(str(each))
        yield canonicalize_name(each.name)
        if version(each.name) != locked().get(canonicalize_name(each.name)):
            continue
        below = map(Requirement, requires(each.name) or ())
        waiting += [need for need in below if _applies(need, each.extras or {""})]


def _applies(need: Requirement, extras: Iterable[str] = ("",)) -> bool:
    marker = need.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


@pytest.mark.parametrize("word", ["Supported", "in private", "docs/security.md"])
def test_security_md_says_what_one_looks_for(word: str):
    assert word in (ROOT / "SECURITY.md").read_text()
