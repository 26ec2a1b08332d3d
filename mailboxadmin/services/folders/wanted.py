"""Whether a folder that is to be synced is there and can be opened."""

from collections.abc import Sequence
from difflib import get_close_matches

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import ListedFolder


def require_folder(name: str, listed: Sequence[ListedFolder]) -> None:
    """Do nothing when the folder can be synced.

    Raises:
        MailFailure: FOLDER_MISSING, with the nearest name there is, or FOLDER_NOT_SELECTABLE.
    """
    found = next((folder for folder in listed if folder.name == name), None)
    if found is not None and found.selectable:
        return
    if found is not None:
        raise _failure(name, Happening.FOLDER_NOT_SELECTABLE, f"“{name}” only holds other folders")
    detail, hint = f"there is no “{name}”", ""
    if near := nearest(name, [folder.name for folder in listed if folder.selectable]):
        detail += f"; the nearest name is “{near}”"
        hint = f"The nearest name there is “{near}”."
    raise _failure(name, Happening.FOLDER_MISSING, detail, hint)


def _failure(name: str, happening: Happening, detail: str, hint: str = "") -> MailFailure:
    return MailFailure(
        Facts(phase=Phase.FOLDERS, happening=happening, detail=detail, folder=name, hint=hint)
    )


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The name that someone who typed `name` most likely meant; None when none is alike."""
    by_folded = {each.casefold(): each for each in names}
    # A folder inside another is often typed by its last part only: Sent for INBOX.Sent.
    for folded, each in by_folded.items():
        if folded.replace(".", "/").rpartition("/")[2] == name.casefold():
            return each
    alike = get_close_matches(name.casefold(), by_folded, n=1)
    return by_folded[alike[0]] if alike else None
