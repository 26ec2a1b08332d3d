"""Whether a folder that is to be synced is there and can be opened."""

from collections.abc import Sequence
from difflib import get_close_matches

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import ListedFolder


def unusable_folder(name: str, listed: Sequence[ListedFolder]) -> Facts | None:
    """What is wrong with a wanted folder; None when it can be synced.

    The detail names the nearest folder that exists, for who mistyped it.
    """
    found = next((folder for folder in listed if folder.name == name), None)
    if found is not None and found.selectable:
        return None
    return Facts(
        phase=Phase.FOLDERS,
        happening=Happening.FOLDER_MISSING if found is None else Happening.FOLDER_NOT_SELECTABLE,
        folder=name,
        detail=_nearest(name, [folder.name for folder in listed if folder.selectable]),
    )


def _nearest(name: str, names: Sequence[str]) -> str:
    by_fold = {other.casefold(): other for other in names}
    nearest = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f"the server has a folder {by_fold[nearest[0]]!r}" if nearest else ""
