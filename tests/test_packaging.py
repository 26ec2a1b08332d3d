"""The wheel holds the whole product: it is built, installed in an empty environment and serves."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import pytest
from setuptools import find_packages

ROOT = Path(__file__).parents[1]
#: Folders of the checkout that become packages of the wheel.
MAPPED = {"mailboxadmin.static", "mailboxadmin.templates"}
SOURCES = ["mailboxadmin", "static", "templates"]
BUILD_FILES = ["LICENSE", "README.md", "pyproject.toml", "setup.cfg"]
START_S = 60
STOP_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A `mailboxadmin serve` of the installed wheel, and where it wrote what it said."""

    process: subprocess.Popen[bytes]
    url: str
    output: Path

    def get(self, path: str) -> bytes:
        """The body of a page that answers 200, redirects followed."""
        with urllib.request.urlopen(self.url + path, timeout=START_S) as answer:
            assert answer.status == 200
            return answer.read()

    def wait_until_up(self) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            assert self.process.poll() is None, self.output.read_text()
            try:
                self.get("/login")
            except urllib.error.HTTPError as error:
                pytest.fail(f"/login answers {error.code}\n{self.output.read_text()}")
            except urllib.error.URLError:
                time.sleep(0.2)
            else:
                return
        pytest.fail(f"no answer within {START_S} s\n{self.output.read_text()}")


def run(*command: str | Path) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a `build/` left in the checkout would leak into it."""
    copy, dist = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    for folder in SOURCES:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignore)
    for file in BUILD_FILES:
        shutil.copy(ROOT / file, copy)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", dist, copy)
    [built] = dist.glob("mailboxadmin-*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`mailboxadmin` as an empty environment gets it from the wheel."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", environment)
    run(environment / "bin" / "python", "-m", "pip", "install", "--quiet", wheel)
    return environment / "bin" / "mailboxadmin"


@pytest.fixture
def server(program: Path, tmp_path: Path) -> Iterator[Server]:
    """Serves from an empty folder, so that nothing of the checkout is found by chance."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if "MAILBOXADMIN" not in name}
    inherited.pop("PYTHONPATH", None)
    environment = inherited | {"MAILBOXADMIN_INSTANCE": str(tmp_path / "instance")}
    output = tmp_path / "output.txt"
    with output.open("wb") as sink:
        command = [program, "serve", "--port", str(port)]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=sink, stderr=subprocess.STDOUT
        )
    started = Server(process=process, url=f"http://127.0.0.1:{port}", output=output)
    try:
        started.wait_until_up()
        yield started
    finally:
        process.kill()
        process.wait()


def test_setup_cfg_lists_every_package_that_is_there() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")

    listed = config["options"]["packages"].split()
    there = find_packages(str(ROOT), include=["mailboxadmin*"])

    assert set(listed) == MAPPED | set(there)


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "mailboxadmin").rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.packaging
def test_the_wheel_serves_its_pages_and_stops_on_sigterm(server: Server) -> None:
    page, script = server.get("/login"), server.get("/static/vendor/htmx.min.js")

    server.process.terminate()
    status = server.process.wait(STOP_S)

    assert b"<form" in page
    assert script == (ROOT / "static" / "vendor" / "htmx.min.js").read_bytes()
    assert status == 0, server.output.read_text()


@pytest.mark.packaging
def test_the_wheel_holds_every_page_style_and_migration(program: Path) -> None:
    [site] = (program.parents[1] / "lib").glob("python*/site-packages/mailboxadmin")
    folders = {
        "static": ROOT / "static",
        "templates": ROOT / "templates",
        ".": ROOT / "mailboxadmin",
    }

    missing = [
        file.relative_to(ROOT)
        for target, folder in folders.items()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
        if not (site / target / file.relative_to(folder)).exists()
    ]

    assert missing == []
