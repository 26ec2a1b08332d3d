"""Opening the instance for one command, and reading secrets from standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mailboxadmin.config import Config, prepare_instance
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.file_lock import use_instance
from mailboxadmin.services.machine.log_file import write_log

#: Under which the lock of the instance is kept, see `use_instance`.
_USE = "mailboxadmin.use"


def open_deps() -> Deps:
    """The tools of this command; made once, and closed when the command ends.

    Raises:
        ConfigFault: the environment or the instance folder cannot be used.
        StoreUnavailable: the database cannot be used, or is from a newer version.
        InUse: a backup is being restored.
    """
    root = click.get_current_context().find_root()
    if not isinstance(root.obj, Deps):
        config = Config.from_environment()
        prepare_instance(config)
        use = root.meta[_USE] = use_instance(config.instance)
        root.call_on_close(use.release)
        deps = root.obj = deps_of(config)
        root.call_on_close(deps.store.engine.dispose)
    return root.obj


@contextmanager
def alone_if_possible() -> Iterator[bool]:
    """Nobody else uses the instance for the block, nor begins to; False when somebody does.

    Raises:
        InUse: a backup is being restored.
    """
    use = click.get_current_context().find_root().meta.get(_USE)
    if use is None:
        # Somebody handed us an instance that they use.
        yield False
        return
    with use.alone_if_possible() as alone:
        yield alone


def deps_of(config: Config) -> Deps:
    """The tools for an instance; the log is written there from now on.

    Raises:
        ConfigFault, StoreUnavailable: it cannot be used.
    """
    # Imported here, because the frame of the web takes half a second that a usage fault can save.
    from mailboxadmin.app import create_app

    prepare_instance(config)
    write_log(config.instance)
    deps: Deps = create_app(config, pages=False).extensions["mailboxadmin"]
    return deps


def read_stdin(what: str) -> str:
    """A secret or value from standard input, without the line break at its end.

    Raises:
        InvalidInput: there is nothing, or it is no text.
    """
    if sys.stdin.isatty():
        return str(click.prompt(what.capitalize(), hide_input=True, err=True))
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise InvalidInput(what, "Standard input is not UTF-8 text.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise InvalidInput(what, "Nothing came on standard input.")
    return text
