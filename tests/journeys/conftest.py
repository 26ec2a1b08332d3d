"""A mailbox of one's own to read and to put away, at a real server."""

from collections.abc import Callable, Sequence

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.examine import examine_messages
from tests.support.browser import ServedOffice
from tests.support.dovecot import Dovecot
from tests.support.inbox import letter
from tests.support.office import Box


@pytest.fixture
def three_letters(
    serve: Callable[..., ServedOffice], dovecot: Dovecot
) -> Callable[..., tuple[ServedOffice, Box]]:
    """A synced mailbox with the letters no 0 to no 2: three_letters(setting="yes", folders=…)."""

    def three_letters_(
        *, folders: Sequence[str] = ("INBOX",), **settings: str
    ) -> tuple[ServedOffice, Box]:
        office = serve(ca_file=str(dovecot.ca_file), scheduler=False)
        office.admin()
        change_settings(office.deps, settings, actor=COMMAND_LINE)
        box = office.mailbox(server=dovecot, folders=tuple(folders))
        there = dovecot.folders(box.account)
        for folder in folders:
            if folder not in there:
                dovecot.create_folder(box.account, folder)
        letters = [letter(subject=f"no {n}", number=f"n{n}") for n in range(3)]
        dovecot.deliver_many(box.account, letters)
        office.sync(box)
        examine_messages(office.deps)
        return office, box

    return three_letters_
