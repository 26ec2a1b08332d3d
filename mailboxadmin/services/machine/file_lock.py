"""Locks between processes: files in the instance folder.

    serve.lock       shared by whatever uses the instance; a restore needs it alone, and
                     erasing takes it alone when it can
    scheduler.lock   held by the one process that runs the scheduler
    backup.lock      held by the one process that makes the backup of the day

The system unlocks them when their holder dies, however it dies.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mailboxadmin.domain.errors import MailboxAdminError

SERVE_LOCK = "serve.lock"
SCHEDULER_LOCK = "scheduler.lock"
_TAKEN = (
    "A backup is being restored into this instance, or a mailbox erased; try again when that is "
    "done."
)
BACKUP_LOCK = "backup.lock"


class InUse(MailboxAdminError):
    """Raised when another process holds a lock in a way that leaves no room for us."""


class NotOursToWrite(MailboxAdminError):
    """Raised when the instance folder, or the disk it is on, may not be written."""

    def __init__(self, instance: Path, fault: OSError) -> None:
        super().__init__(
            f"{instance} may not be written ({fault.strerror}): check who owns it and what is in "
            "it, and whether its disk may be written. Nothing was changed."
        )


class FileLock:
    """One lock file; never removed, because a removed file can be locked twice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """True while it is ours."""
        return self._descriptor is not None

    def take(self, *, shared: bool = False, sign: bool = True) -> bool:
        """Lock the file and write our process number into it; False when others hold it.

        Args:
            sign: write the number.

        Raises:
            OSError: the file cannot be opened or locked.
        """
        if self.held:
            return True
        # flock belongs to the open file, so two schedulers of one process exclude each other too.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        if sign:
            # Only for people to read: on a full disk the lock is ours without a number in it.
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return True

    def release(self) -> None:
        """Let others have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def alone_if_possible(self) -> Iterator[bool]:
        """Hold what is held with others alone for the block; False when others have it too.

        Raises:
            InUse: somebody took it alone just then.
        """
        assert self._descriptor is not None
        alone = self._converted(fcntl.LOCK_EX)
        # What cannot be converted is lost first (flock(2)).
        if not alone and not self._converted(fcntl.LOCK_SH):
            raise InUse(_TAKEN)
        try:
            yield alone
        finally:
            self._converted(fcntl.LOCK_SH)

    def _converted(self, kind: int) -> bool:
        assert self._descriptor is not None
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_held_elsewhere(self) -> bool:
        """True when somebody has it; asked by taking it for an instant, shared."""
        try:
            free = self.take(shared=True, sign=False)
        except OSError:
            return False
        self.release()
        return not free

    def holder(self) -> int | None:
        """The process that took it last; None when that is not known."""
        try:
            return int(self._path.read_text(encoding="ascii", errors="replace"))
        except (OSError, ValueError):
            return None


def use_instance(instance: Path) -> FileLock:
    """Say that this process uses the instance, until it ends.

    Raises:
        InUse: a restore is going on, or somebody erases a mailbox alone.
        NotOursToWrite: this user may not write there.
        OSError: the lock file cannot be opened for another reason.
    """
    lock = FileLock(instance / SERVE_LOCK)
    try:
        free = lock.take(shared=True)
    except OSError as fault:
        if fault.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise NotOursToWrite(instance, fault) from fault
    if not free:
        raise InUse(_TAKEN)
    return lock


@contextmanager
def alone_in(instance: Path) -> Iterator[None]:
    """Nobody else uses the instance while the block runs, and nobody begins to.

    Raises:
        InUse: a server or a command uses it now.
        OSError: the lock file cannot be opened.
    """
    lock = FileLock(instance / SERVE_LOCK)
    if not lock.take():
        raise InUse(
            f"Process {lock.holder() or 'unknown'} uses this instance: stop the server, and the "
            "commands that run, first."
        )
    try:
        yield
    finally:
        lock.release()
