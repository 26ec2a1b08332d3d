"""What happens to a user's mail from elsewhere: deliveries, and the doings of another mail program.

None of it goes over IMAP, so the server's login count stays that of the program under test.
Deliveries are files put into the Maildir; everything else is done by `doveadm`.
"""

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.support.dovecot_setup import MailOwner, program


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the server; wherever a user name is expected, the account itself serves as well."""

    name: str
    password: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStatus:
    """The figures of a folder, as a fresh IMAP STATUS would give them."""

    messages: int
    unseen: int
    uid_next: int
    uid_validity: int
    highest_modseq: int


class MailStore:
    """The mail of all users of one Dovecot, under `folder`/mail."""

    def __init__(self, folder: Path, owner: MailOwner) -> None:
        self._folder = folder
        self._owner = owner
        # Dovecot numbers new messages in the order of their file names, so the names count up.
        self._file_names = (
            f"{int(time.time())}.M{number:09d}P{os.getpid()}.bench" for number in itertools.count()
        )

    def deliver(
        self,
        user: Account | str,
        message: bytes,
        folder: str = "INBOX",
        *,
        seen: bool = False,
        internal_date: datetime | None = None,
    ) -> None:
        """Put one message, byte for byte, into a folder, which is created when it does not exist.

        `internal_date` is the server's time of arrival; now, when left out.
        """
        self._deliver(self._maildir(user, folder), message, seen, internal_date)

    def deliver_many(
        self,
        user: Account | str,
        messages: Iterable[bytes],
        folder: str = "INBOX",
        *,
        seen: bool = False,
    ) -> int:
        """Put messages into a folder in their order, thousands a second, and return how many."""
        maildir = self._maildir(user, folder)
        count = 0
        for message in messages:
            self._deliver(maildir, message, seen, None)
            count += 1
        return count

    def create_folder(self, user: Account | str, folder: str) -> None:
        """Create a folder; `folder` is plain Unicode with `/` between levels."""
        self.doveadm("mailbox", "create", "-u", str(user), folder)

    def delete_folder(self, user: Account | str, folder: str) -> None:
        """Delete a folder with its messages."""
        self.doveadm("mailbox", "delete", "-u", str(user), folder)

    def rename_folder(self, user: Account | str, folder: str, new_name: str) -> None:
        """Rename a folder."""
        self.doveadm("mailbox", "rename", "-u", str(user), folder, new_name)

    def folders(self, user: Account | str) -> list[str]:
        """Return all folder names in plain Unicode."""
        return self.doveadm("mailbox", "list", "-u", str(user)).splitlines()

    def status(self, user: Account | str, folder: str = "INBOX") -> FolderStatus:
        """Return the server's own figures of a folder, to compare with what the product stored."""
        fields = "messages unseen uidnext uidvalidity highestmodseq"
        output = self.doveadm("-f", "tab", "mailbox", "status", "-u", str(user), fields, folder)
        header, row = (line.split("\t") for line in output.splitlines())
        value = dict(zip(header, row, strict=True))
        return FolderStatus(
            messages=int(value["messages"]),
            unseen=int(value["unseen"]),
            uid_next=int(value["uidnext"]),
            uid_validity=int(value["uidvalidity"]),
            highest_modseq=int(value["highestmodseq"]),
        )

    def flags(self, user: Account | str, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        r"""Return the flags of each message by UID, as {1: frozenset({"\Seen"})}; no \Recent."""
        output = self.doveadm(
            "-f", "tab", "fetch", "-u", str(user), "uid flags", "mailbox", folder, "all"
        )
        rows = (line.split("\t") for line in output.splitlines()[1:])
        return {int(uid): frozenset(flags.split()) - {"\\Recent"} for uid, flags in rows}

    def add_flags(self, user: Account | str, folder: str, uids: Iterable[int], *flags: str) -> None:
        """Set flags such as '\\\\Seen' as another mail program would."""
        self.doveadm(
            "flags",
            "add",
            "-u",
            str(user),
            " ".join(flags),
            "mailbox",
            folder,
            "uid",
            _joined(uids),
        )

    def remove_flags(
        self, user: Account | str, folder: str, uids: Iterable[int], *flags: str
    ) -> None:
        """Take flags away as another mail program would."""
        self.doveadm(
            "flags",
            "remove",
            "-u",
            str(user),
            " ".join(flags),
            "mailbox",
            folder,
            "uid",
            _joined(uids),
        )

    def expunge(self, user: Account | str, folder: str, uids: Iterable[int]) -> None:
        """Remove messages for good."""
        self.doveadm("expunge", "-u", str(user), "mailbox", folder, "uid", _joined(uids))

    def move(self, user: Account | str, folder: str, uids: Iterable[int], destination: str) -> None:
        """Move messages to another folder, where they get new UIDs."""
        self.doveadm("move", "-u", str(user), destination, "mailbox", folder, "uid", _joined(uids))

    def change_uid_validity(self, user: Account | str, folder: str = "INBOX") -> None:
        """Make the server forget its UIDs of a folder, as a restore from backup does.

        The messages stay, the UIDVALIDITY is a new one and the UIDs count from 1. No IMAP session
        may have the folder selected meanwhile.
        """
        maildir = self._maildir(user, folder)
        lists = self._home(user) / "folders"
        for record in [*maildir.glob("dovecot*"), *lists.glob("dovecot.list.index*")]:
            record.unlink()
        self.status(user, folder)

    def keep(self, user: Account | str, place: Path) -> Path:
        """Copy all mail of a user with the server's indexes to a new folder, as a backup does."""
        subprocess.run(["cp", "-a", str(self._home(user)), str(place)], check=True)
        return place

    def put_back(self, user: Account | str, place: Path) -> None:
        """Give a user exactly what was kept, whoever's it was; nobody may be signed in."""
        shutil.rmtree(self._home(user))
        subprocess.run(["cp", "-a", str(place), str(self._home(user))], check=True)

    def doveadm(self, *arguments: str) -> str:
        """Run doveadm against this server and return what it prints.

        Raises RuntimeError with doveadm's own words when it fails.
        """
        command = [program("doveadm"), "-c", str(self._folder / "dovecot.conf"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"doveadm {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def _make_inbox(self, user: str) -> None:
        """Make the empty Maildir of a new user."""
        for path in [
            self._home(user),
            *(self._home(user) / "inbox" / part for part in ("", "cur", "new", "tmp")),
        ]:
            path.mkdir(exist_ok=True)
            self._hand_over(path)

    def _home(self, user: Account | str) -> Path:
        return self._folder / "mail" / str(user).lower()

    def _maildir(self, user: Account | str, folder: str) -> Path:
        if folder.upper() == "INBOX":
            return self._home(user) / "inbox"
        if folder not in self.folders(user):
            self.create_folder(user, folder)
        path = Path(self.doveadm("mailbox", "path", "-u", str(user), folder).strip())
        if not path.is_dir():
            self.status(user, folder)  # Folders of every user are listed before they are made.
        return path

    def _deliver(
        self, maildir: Path, message: bytes, seen: bool, internal_date: datetime | None
    ) -> None:
        # S= and W= are the sizes as stored and as sent with CRLF; Dovecot believes them instead of
        # reading the file.
        bare_newlines = message.count(b"\n") - message.count(b"\r\n")
        name = f"{next(self._file_names)},S={len(message)},W={len(message) + bare_newlines}"
        unfinished = maildir / "tmp" / name
        unfinished.write_bytes(message)
        self._hand_over(unfinished)
        if internal_date is not None:
            os.utime(unfinished, (internal_date.timestamp(),) * 2)
        unfinished.rename(maildir / "cur" / f"{name}:2,S" if seen else maildir / "new" / name)

    def _hand_over(self, path: Path) -> None:
        if self._owner.is_root_server:
            shutil.chown(path, self._owner.uid, self._owner.gid)


def _joined(uids: Iterable[int]) -> str:
    return ",".join(str(uid) for uid in uids)
