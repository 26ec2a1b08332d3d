"""Which part of the mail is wanted, as the address says it; what makes no sense is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailboxadmin.domain.inbox import Asked, Cursor, InboxFolder, Show
from mailboxadmin.web.ids import number_in

#: In the place of a folder's id: all of them.
EVERYTHING = "all"

SHOWN = {
    Show.ALL: "All",
    Show.UNREAD: "Unread",
    Show.FLAGGED: "Flagged",
    Show.ATTACHED: "With files",
    Show.REMOVED: "Gone from the server",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the address asks for."""

    #: A folder's id, `all`, or empty for INBOX.
    folder: str
    show: Show
    before: Cursor | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Choice":
        """Read it from an address or a form."""
        folder, show = str(values.get("folder", "")), str(values.get("show", ""))
        known = folder == EVERYTHING or number_in(folder) is not None
        return cls(
            folder=folder if known else "",
            show=Show(show) if show in set(Show) else Show.ALL,
            before=Cursor.of(str(values.get("before", ""))),
        )

    @property
    def everything(self) -> bool:
        """All folders in one list."""
        return self.folder == EVERYTHING

    @property
    def asked(self) -> Asked:
        """As the use case takes it."""
        folder_id = number_in(self.folder)
        return Asked(folder_id=folder_id, show=self.show, before=self.before, threads=True)

    @property
    def address(self) -> dict[str, Any]:
        """What stands in the address: only what differs from the plain page."""
        plain = {"folder": "", "show": Show.ALL.value, "before": ""}
        values = {
            "folder": self.folder,
            "show": self.show.value,
            "before": str(self.before) if self.before else "",
        }
        return {key: value for key, value in values.items() if value != plain[key]}

    def but(self, **changes: str) -> dict[str, Any]:
        """The same with something else; another folder or filter begins with the newest."""
        values = {key: value for key, value in self.address.items() if key != "before"}
        return {key: value for key, value in (values | changes).items() if value}

    def but_as(self, form: str) -> dict[str, Any]:
        """The same place, with a message shown as `text`, or as it is when that is empty."""
        return self.address | ({"as": form} if form else {})


def in_order(folders: tuple[InboxFolder, ...]) -> list[InboxFolder]:
    """As people look for them: INBOX, then those with a use, then the others by name."""

    def place(folder: InboxFolder) -> tuple[bool, bool, str]:
        return folder.name != "INBOX", folder.special_use is None, folder.name.casefold()

    return sorted((each for each in folders if each.messages or each.name == "INBOX"), key=place)
