"""What no line of ours does: run commands or text, read formats that act, write HTML by script."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: They run what is text, or a command.
CALLS = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {
    "os": {"system", "popen", "execv", "execve", "execvp", "spawnl", "spawnv", "posix_spawn"}
}
#: They run commands, make objects of any kind, or follow what a document tells them.
MODULES = {"subprocess", "pickle", "marshal", "shelve", "yaml", "xml", "lxml", "commands", "pty"}
#: The one place where cleaned HTML is put into a page, and a word of ours.
SAFE = {"templates/mail/body.html", "templates/macros/finding.html"}
#: A formatted message, in a frame with a policy of its own, has a style of ours.
FRAME = {"templates/mail/body.html"}


def dangers(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from {node.func.id} & CALLS
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from {node.attr} & ATTRIBUTES.get(node.value.id, set())
        if isinstance(node, ast.Import):
            yield from {each.name.split(".")[0] for each in node.names} & MODULES
        if isinstance(node, ast.ImportFrom):
            yield from {(node.module or "").split(".")[0]} & MODULES


def test_nothing_runs_a_command_or_what_is_text():
    files = sorted((ROOT / "mailboxadmin").rglob("*.py"))

    found = {str(file.relative_to(ROOT)): list(dangers(file)) for file in files}

    assert len(files) > 300
    assert {name: what for name, what in found.items() if what} == {}


def test_no_page_holds_a_script_of_its_own():
    """Nor a style or a handler, but for the frame of a message; two places are not escaped."""
    pages = {page: page.read_text() for page in (ROOT / "templates").rglob("*.html")}

    inline = re.compile(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", re.I)

    found = {str(page.relative_to(ROOT)) for page, text in pages.items() if inline.search(text)}
    assert found == FRAME
    unescaped = [page for page, text in pages.items() if re.search(r"\|\s*safe\b", text)]
    assert {str(page.relative_to(ROOT)) for page in unescaped} == SAFE


def test_our_scripts_make_no_code_of_text():
    makes = re.compile(
        r"\beval\(|new Function|innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write"
        r"|set(?:Timeout|Interval)\(\s*[\"'`]|addEventListener\(\s*[\"']paste"
    )

    found = {
        script.name: makes.findall(script.read_text())
        for script in (ROOT / "static" / "js").glob("*.js")
    }

    assert found
    assert {name: what for name, what in found.items() if what} == {}
