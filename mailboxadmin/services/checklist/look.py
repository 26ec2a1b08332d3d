"""One look at everything: what several checks need is read once, and only when it is needed."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from mailboxadmin.domain.effective import Effective, effective
from mailboxadmin.domain.mailbox import Server, State
from mailboxadmin.domain.oauth import AppKey, Permission
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.settings import SETTINGS, Value
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import parsed
from mailboxadmin.services.office.oauth_apps import apps_set_up
from mailboxadmin.services.sign_in.oauth_setup import AppSetup, read_setups
from mailboxadmin.services.sign_in.permission import all_permissions
from mailboxadmin.store import checklist as rows
from mailboxadmin.store.activity_pages import id_before
from mailboxadmin.store.checklist import FolderKnown
from mailboxadmin.store.mailboxes import all_own_texts
from mailboxadmin.store.secrets import all_passwords
from mailboxadmin.store.settings import office_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A mailbox, its settings in force, and what is known of its server."""

    id: int
    address: str
    owner_name: str
    state: State
    #: The personal settings that are set.
    own: dict[str, Value]
    effective: Effective
    permission: Permission | None
    #: The sealed password, and the server it was entered for; None without one.
    sealed: bytes | None
    bound_to: str | None
    #: Moves only when a run is committed.
    last_success_at: datetime | None
    #: A run goes on.
    running: bool
    #: Whose word the own host is: `staff`, `admin`, `operator`; None without one.
    host_set_by: str | None
    #: The provider of the address's exact domain, and the one that its MX points to.
    by_domain: Provider | None
    by_mx: Provider | None
    #: The provider that runs the server in force; None: nobody who is known.
    by_host: Provider | None
    #: The folders that the server listed; None while nobody asked.
    listed: tuple[str, ...] | None
    folders: tuple[FolderKnown, ...]

    @property
    def who(self) -> str:
        """How a sentence calls its owner."""
        return self.owner_name or self.address

    @property
    def server(self) -> Server | None:
        """Where it connects to."""
        return self.effective.server

    @property
    def allows_read_status(self) -> bool | None:
        """Whether every folder that was opened for it keeps it; None while none was."""
        known = [folder.keeps_seen for folder in self.folders if folder.keeps_seen is not None]
        return all(known) if known else None

    @property
    def configured(self) -> bool:
        """It has something to sign in with."""
        return self.permission is not None or self.sealed is not None


class Look:
    """What the checks of one visit, or one command, have at hand."""

    def __init__(self, deps: Deps, *, browser_url: str = "") -> None:
        """Look at nothing yet.

        Args:
            browser_url: where a page of ours is open in a browser; empty at a terminal.
        """
        self.deps = deps
        self.browser_url = browser_url or deps.base_url

    def entries_since(self, period: timedelta) -> int:
        """The entry of the log after which everything is of that last period."""
        if period not in self._befores:
            with self.deps.store.read() as db:
                self._befores[period] = id_before(db, self.deps.clock.now() - period)
        return self._befores[period]

    @cached_property
    def _befores(self) -> dict[timedelta, int]:
        return {}

    @cached_property
    def apps(self) -> frozenset[AppKey]:
        """The OAuth apps that have a client ID and a secret."""
        with self.deps.store.read() as db:
            return apps_set_up(db)

    @cached_property
    def setups(self) -> tuple[AppSetup, ...]:
        """Both OAuth apps, whether they are set up or not."""
        return read_setups(self.deps)

    @cached_property
    def office(self) -> dict[str, Value]:
        """The settings of the office that were changed from their default."""
        with self.deps.store.read() as db:
            return parsed(office_texts(db))

    def office_value(self, key: str) -> Value:
        """What holds for the office."""
        return self.office.get(key, SETTINGS[key].default)

    @cached_property
    def without_uid(self) -> Counter[int]:
        """Messages that are here and have no UID, by mailbox."""
        found: Counter[int] = Counter()
        for mailbox_id, _, count in self._without_uid:
            found[mailbox_id] += count
        return found

    @cached_property
    def without_uid_by_folder(self) -> dict[int, int]:
        """The same by folder."""
        return {folder_id: count for _, folder_id, count in self._without_uid}

    @cached_property
    def _without_uid(self) -> list[tuple[int, int, int]]:
        with self.deps.store.read() as db:
            return rows.without_uid(db)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Every mailbox of somebody who is not shut out, by the owner's name."""
        folders: dict[int, list[FolderKnown]] = defaultdict(list)
        with self.deps.store.read() as db:
            found, own = rows.all_boxes(db), all_own_texts(db)
            passwords, permissions = all_passwords(db), all_permissions(db)
            for folder in rows.all_folders(db):
                folders[folder.mailbox_id].append(folder)
        return tuple(
            self._box(
                row,
                own.get(row.id, {}),
                permissions.get(row.id),
                passwords.get(row.id),
                tuple(folders[row.id]),
            )
            for row in found
        )

    def _box(
        self,
        row: rows.BoxRow,
        own: dict[str, str],
        permission: Permission | None,
        password: tuple[bytes, str | None] | None,
        folders: tuple[FolderKnown, ...],
    ) -> Box:
        providers, values = self.deps.providers, parsed(own)
        by_domain = providers.by_domain(row.address)
        by_mx = providers.by_key(row.mx_provider) if row.mx_provider else None
        in_force = effective(
            values,
            self.office,
            by_domain=by_domain,
            by_mx=by_mx,
            by_grant=providers.by_key(permission.app) if permission else None,
        )
        server = in_force.server
        return Box(
            id=row.id,
            address=row.address,
            owner_name=row.owner_name,
            state=State(row.state),
            own=values,
            effective=in_force,
            permission=permission,
            sealed=password[0] if password else None,
            bound_to=password[1] if password else None,
            last_success_at=row.last_success_at,
            running=row.held,
            host_set_by=row.host_set_by,
            by_domain=by_domain,
            by_mx=by_mx,
            by_host=self._by_host(server.host) if server else None,
            listed=tuple(row.listed) if row.listed is not None else None,
            folders=folders,
        )

    def _by_host(self, host: str) -> Provider | None:
        """Looked up once a host: an office has few of them."""
        if host not in self._hosts:
            self._hosts[host] = self.deps.providers.by_host(host)
        return self._hosts[host]

    @cached_property
    def _hosts(self) -> dict[str, Provider | None]:
        return {}
