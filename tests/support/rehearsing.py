"""The sample office with its rehearsals, for test files that import the fixture.

Nothing here is a test's own: the scenarios, the servers and the mailbox are the demo's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from mailboxadmin.app import create_app, hand_over
from mailboxadmin.demo.at_home import at_home
from mailboxadmin.demo.office import open_office
from mailboxadmin.demo.people import SamplePerson, sample_people
from mailboxadmin.demo.props import props
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.rehearsal import OfficeRehearsal
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.services.deps import Deps
from tests.support.office import config_for

#: Who runs the sample office.
GRACE = "grace@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOffice:
    """The app, furnished, and what is played in it."""

    app: Flask
    people: tuple[SamplePerson, ...]
    rehearsal: OfficeRehearsal

    @property
    def deps(self) -> Deps:
        deps: Deps = self.app.extensions["mailboxadmin"]
        return deps


@pytest.fixture(scope="module")
def sample_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    """One for all tests of a file, as `mailboxadmin demo` opens it; its clock is the machine's."""
    people = sample_people()
    with (
        LocalProvider() as provider,
        DemoImapServer(people, accepts=provider.opens) as server,
        props() as at_hand,
    ):
        config = config_for(tmp_path_factory.mktemp("demo"), provider_urls=provider.urls)
        app = create_app(config)
        app.config.update(TESTING=True)
        deps = at_hand.at_hand(at_home(app.extensions["mailboxadmin"], server.address))
        app.extensions["mailboxadmin"] = deps
        open_office(deps, server, provider, people)
        with OfficeRehearsal(at_hand.stage(deps, server, provider, people)) as rehearsal:
            hand_over(app, rehearsal)
            yield SampleOffice(app=app, people=people, rehearsal=rehearsal)
        deps.running.stop_all()
        deps.pool.close(timeout_s=60)
        deps.store.engine.dispose()
