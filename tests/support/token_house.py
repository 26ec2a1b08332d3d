"""An office at the local provider that serves a whole file: three mailboxes connected
at each provider, one not connected.

A test ends its fault with `mend`; the mailboxes are good again then.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest

from mailboxadmin.app import create_app
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome
from tests.support.clock import MovableClock
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office, config_for
from tests.support.token_office import TokenOffice, set_up_apps


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHouse:
    """The office and its mailboxes."""

    office: TokenOffice
    team: Mapping[AppKey, tuple[Box, ...]]
    unconnected: Box

    @property
    def connected(self) -> Mapping[AppKey, Box]:
        """One at each."""
        return {key: boxes[0] for key, boxes in self.team.items()}

    def mend(self) -> None:
        """No fault any more; whoever was stopped by one is synced."""
        self.office.provider.heal()
        for box in chain(*self.team.values()):
            if self.office.office.state(box) is not State.OK:
                assert self.office.office.sync(box).outcome is Outcome.OK


@pytest.fixture(scope="module")
def token_house(
    tmp_path_factory: pytest.TempPathFactory,
    empty_instance: Path,
    provider_of_the_worker: LocalProvider,
    token_dovecot_of_the_worker: Dovecot,
) -> Iterator[TokenHouse]:
    """One for all tests of a file."""
    folder = shutil.copytree(empty_instance, tmp_path_factory.mktemp("house") / "instance")
    provider, clock = provider_of_the_worker, MovableClock()
    provider.reset()
    provider.manner.now = clock.now
    config = config_for(folder, provider_urls=provider.urls)
    app = create_app(config, clock=clock, pages=False)
    office = TokenOffice(Office(app, clock), provider, token_dovecot_of_the_worker)
    set_up_apps(office.deps, provider)
    house = TokenHouse(
        office=office,
        team={key: tuple(office.connected(key) for _ in range(3)) for key in AppKey},
        unconnected=office.box(),
    )
    house.mend()
    yield house
    office.deps.running.stop_all()
    office.deps.pool.close(timeout_s=60)
    office.deps.store.engine.dispose()
