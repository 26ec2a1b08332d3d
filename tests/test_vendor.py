"""The vendored files are what their lists say, each with its licence."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "static" / "vendor", ROOT / "tests" / "support" / "vendor"]
NOT_LISTED = {"CHECKSUMS.sha256", "README.md"}

pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=["static", "tests"])


def checksums(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 in hex, from the list that `sha256sum` wrote."""
    lines = (folder / "CHECKSUMS.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def assets(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix in {".css", ".js"}]


def test_every_vendored_file_is_as_listed(folder: Path) -> None:
    files = [path for path in folder.iterdir() if path.name not in NOT_LISTED]

    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in files}

    assert found == checksums(folder)


def test_every_vendored_file_has_its_licence_beside_it(folder: Path) -> None:
    licences = [path.with_name(f"{path.name.split('.')[0]}.LICENSE.txt") for path in assets(folder)]

    assert licences
    assert all(licence.stat().st_size > 300 for licence in licences)


def test_the_readme_names_the_version_that_is_there(folder: Path) -> None:
    readme = (folder / "README.md").read_text()

    table = re.findall(r"^\| `(\S+)` \|.*\| (\d+\.\d+\.\d+) \|", readme, re.MULTILINE)

    assert {name for name, _ in table} == {path.name for path in assets(folder)}
    assert all(version in (folder / name).read_text() for name, version in table)


def test_no_vendored_file_asks_for_another(folder: Path) -> None:
    text = {path: path.read_text() for path in assets(folder)}

    maps = [path.name for path in text if "sourceMappingURL" in text[path]]
    sheets = [path for path in text if path.suffix == ".css"]
    links = [re.findall(r"""url\((?!["']?data:).{20}|@import.{20}""", text[p]) for p in sheets]

    assert maps == []
    assert not any(links)
