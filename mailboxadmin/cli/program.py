"""The program as a whole: its commands, and how each of them may end.

    0   all went well
    1   it ran and something is broken
    2   wrong usage or input

Whatever goes wrong is one plain line on standard error; a fault of ours leaves its
traceback in the log file.
"""

import importlib
import logging
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from keyword import iskeyword
from typing import Any, NoReturn

import click

from mailboxadmin.cli.memory import share_pools
from mailboxadmin.cli.output import Chapter, complain, plain
from mailboxadmin.domain.errors import InvalidInput, InvalidInputs, MailboxAdminError, NotFound
from mailboxadmin.services.machine.log_file import is_written

log = logging.getLogger(__name__)

BROKEN = 1
WRONG_INPUT = 2
_SILENT = logging.NullHandler()


class ReaderLeft(Exception):
    """Raised when nobody reads our output any more (`… | head`)."""


class Program(Chapter):
    """Loads a command when it is called, and turns every way to fail into a line and a status."""

    def __init__(self, *, modules: Mapping[str, str], **options: Any) -> None:
        super().__init__(no_args_is_help=False, **options)
        self._modules = modules
        self.params.append(
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help="Show the version and end.",
            )
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of a first day."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self._modules:
            return None
        module = importlib.import_module(f"mailboxadmin.cli.{self._modules[cmd_name]}")
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(module, f"{name}_" if iskeyword(name) else name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            ReaderLeft: instead of the pipe's own error, of which click would make a failure.
            click.Abort: it was interrupted.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as fault:
            raise ReaderLeft from fault
        except KeyboardInterrupt as stop:
            # A terminal has written ^C, and click begins a new line there; else it would be empty.
            if sys.stderr.isatty():
                raise
            raise click.Abort from stop

    def main(self, args: Sequence[str] | None = None, **options: Any) -> NoReturn:  # type: ignore[override]
        """Run and end the process with the status."""
        # Database, log, backups and exports are for this user only.
        os.umask(0o077)
        _open_what_is_closed()
        share_pools()
        # What is logged before the log file is open must not end on standard error.
        logging.getLogger().addHandler(_SILENT)
        threading.excepthook = _thread_failed
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        sys.exit(self._status(args, options | {"standalone_mode": False}))

    def _status(self, args: Sequence[str] | None, options: dict[str, Any]) -> int:
        try:
            status = super().main(args, **options)
            sys.stdout.flush()
        # Before click's own: what the environment lacks is of both kinds.
        except MailboxAdminError as fault:
            return _expected(fault)
        except click.ClickException as fault:
            complain(_usage(fault))
            return WRONG_INPUT
        except click.Abort:
            complain("Stopped.")
            return BROKEN
        except (ReaderLeft, BrokenPipeError):
            return _reader_left()
        except OSError as fault:
            log.exception("a file or connection failed")
            _drop_the_rest()
            complain(f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}.")
            return BROKEN
        except Exception as fault:
            if isinstance(fault, UnicodeEncodeError) and not _is_text(args or sys.argv[1:]):
                complain("What was given is not text in UTF-8.")
                return WRONG_INPUT
            log.exception("a command broke off")
            complain(
                f"This is a fault of Mailbox Admin ({type(fault).__name__}: {fault}){_more()}."
            )
            return BROKEN
        return status if isinstance(status, int) else 0


def _is_text(arguments: Sequence[str]) -> bool:
    """False when a shell handed over other bytes, by which only files may be named."""
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        return False
    return True


def _open_what_is_closed() -> None:
    """Without a number of their own, what is printed could end in the next file that is opened."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    fault = failed.exc_value
    log.error("a thread ended", exc_info=fault)
    complain(f"A thread ended ({fault}){_more()}.")


def _more() -> str:
    """Where the traceback is, once there is a log."""
    return "; the log file in the instance folder says more" if is_written() else ""


def _expected(fault: MailboxAdminError) -> int:
    # The configuration is loaded by the commands that need it, so it is known by name only.
    if isinstance(fault, InvalidInput):
        complain(f"{fault.field}: {fault.sentence}")
        return WRONG_INPUT
    complain(str(fault))
    wrong_input = isinstance(fault, InvalidInputs | NotFound) or _is_config_fault(fault)
    return WRONG_INPUT if wrong_input else BROKEN


def _is_config_fault(fault: MailboxAdminError) -> bool:
    config = sys.modules.get("mailboxadmin.config")
    return config is not None and isinstance(fault, config.ConfigFault)


def _usage(fault: click.ClickException) -> str:
    message = plain(fault.format_message())
    message += "" if message.endswith((".", "?")) else "."
    context = getattr(fault, "ctx", None)
    command = context.command_path if context is not None else "mailboxadmin"
    return f"{message} See `{command} --help`."


def _reader_left() -> int:
    """Whoever read our output has seen enough; that is no fault."""
    _drop_the_rest()
    return 0


def _drop_the_rest() -> None:
    """Let what cannot be written go, of which Python would complain once more at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"mailboxadmin {version('mailboxadmin')}")
        ctx.exit()
