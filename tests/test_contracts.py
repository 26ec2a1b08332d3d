"""Who knows what: the import contracts of setup.cfg, and what a list of names cannot say."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]


@cache
def graph() -> grimp.ImportGraph:
    """Every import of the house, libraries included."""
    return grimp.build_graph("mailboxadmin", include_external_packages=True, cache_dir=None)


def room(name: str) -> set[str]:
    package = f"mailboxadmin.{name}"
    return {package, *graph().find_descendants(package)}


def libraries(name: str) -> set[str]:
    """What the modules of a room import from outside the house."""
    imports = (graph().find_modules_directly_imported_by(module) for module in room(name))
    return {name for name in set().union(*imports) if name.split(".")[0] != "mailboxadmin"}


def test_every_room_keeps_to_its_contract() -> None:
    # A process of its own: it configures logging, which disables every logger of ours.
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    options = ["--config", "setup.cfg", "--no-cache", "--no-logo"]
    command = [sys.executable, "-c", program, *options]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["domain", "diagnosis"])
def test_a_pure_room_knows_the_standard_library_only(name: str) -> None:
    assert libraries(name) - sys.stdlib_module_names == set()


@pytest.mark.parametrize("name", ["domain", "diagnosis"])
def test_a_pure_room_reaches_neither_network_nor_files_nor_processes(name: str) -> None:
    outside = {"asyncio", "multiprocessing", "os", "socket", "sqlite3", "ssl", "subprocess"}

    assert libraries(name) & outside == set()


def test_only_the_store_and_the_app_know_the_database_extension() -> None:
    users = graph().find_modules_that_directly_import("flask_sqlalchemy")

    assert {user.split(".")[1] for user in users} <= {"app", "store"}
    assert users
