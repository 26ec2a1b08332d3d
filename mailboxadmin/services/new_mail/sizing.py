"""How big messages are, also where the server hangs up over the size of one of them.

all of a slice at once --> the line ends --> the run connects again
each alone             --> it ends at one --> that one is suspected, as in `fetch.py`
"""

from collections.abc import Sequence

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.services.new_mail.pulling import HANG_UPS, Pull, hung_up
from mailboxadmin.store import presence

#: A message that was given before is asked for again only when it is no bigger.
PROOF_BYTES = 2 * 1024 * 1024


def sizes_of(pull: Pull, uids: Sequence[int]) -> dict[int, int]:
    """Their sizes in bytes, but of those that the server hung up over too often.

    Raises:
        MailFailure: the server refuses, or went away; over what is noted.
    """
    left = [uid for uid in uids if pull.tally.hang_ups[pull.name, uid] < HANG_UPS]
    doubted = not pull.tally.doubted.isdisjoint((pull.name, uid) for uid in left)
    sizes: dict[int, int] = {}
    for some in [[uid] for uid in left] if doubted else [left] if left else []:
        try:
            sizes.update(pull.session.sizes(some))
        except MailFailure as failure:
            if hung_up(failure):
                _note(pull, some)
            raise
    return sizes


def proof_of(pull: Pull) -> int | None:
    """A message that the server gave before; None when it gave none that is still there."""
    with pull.deps.store.read() as db:
        return presence.newest_whole(db, pull.folder_id, largest=PROOF_BYTES)


def suspect(pull: Pull, uid: int) -> None:
    """The server hung up over this one, or else over all."""
    others = any(
        count and folder == pull.name and other != uid
        for (folder, other), count in pull.tally.hang_ups.items()
    )
    # Over several, with none given: then it is not one of them. Where one was given before,
    # that is asked for before a message is given up.
    if pull.tally.came or not others or proof_of(pull) is not None:
        pull.tally.hang_ups[pull.name, uid] += 1


def _note(pull: Pull, uids: Sequence[int]) -> None:
    if len(uids) == 1:
        suspect(pull, uids[0])
    else:
        pull.tally.doubted.update((pull.name, uid) for uid in uids)
