"""Opening a mailbox: the password goes only where it was entered for, and is opened last."""

import pytest
from cryptography.fernet import Fernet

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.domain.people import Person
from mailboxadmin.services.mailboxes.trust import trust_certificate
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.account import account_for
from mailboxadmin.store.vault import Vault
from tests.support.configuring import ADMIN, save
from tests.support.office import Office


def account(office: Office, person: Person) -> Account:
    assert person.mailbox_id is not None
    with office.deps.store.read() as db:
        return account_for(db, office.deps, person.mailbox_id)


def happening(office: Office, person: Person) -> Happening:
    with pytest.raises(MailFailure) as failure:
        account(office, person)
    assert failure.value.facts.phase is Phase.LOCAL
    return failure.value.facts.happening


@pytest.fixture
def anna(office: Office) -> Person:
    return office.person("anna@example.org")


def by_operator(office: Office, person: Person, **given: str) -> None:
    save(office, person, set_by="operator", test=False, **given)


def test_it_has_what_was_entered(office: Office, anna: Person):
    by_operator(office, anna, imap_host="mail.example.org", username="anna", password="secret")

    opened = account(office, anna)

    assert str(opened.server) == "mail.example.org:993/ssl"
    assert (opened.username, opened.password) == ("anna", "secret")
    assert "secret" not in repr(opened)
    assert not opened.guarded


def test_without_a_server_nothing_is_opened(office: Office, anna: Person):
    assert happening(office, anna) is Happening.NO_SERVER


def test_without_a_password_nothing_is_opened(office: Office, anna: Person):
    by_operator(office, anna, imap_host="mail.example.org")

    assert happening(office, anna) is Happening.NO_PASSWORD


@pytest.mark.parametrize(
    "change", [{"imap_host": "new.example.org"}, {"imap_port": "994"}, {"imap_encryption": "none"}]
)
def test_a_password_does_not_follow_a_changed_server(office: Office, anna: Person, change):
    by_operator(office, anna, imap_host="mail.example.org", password="secret")

    by_operator(office, anna, **change)

    assert happening(office, anna) is Happening.PASSWORD_BOUND_ELSEWHERE


def test_a_password_does_not_follow_the_office_server(office: Office, anna: Person):
    change_settings(office.deps, {"imap_host": "mail.example.org"}, actor=ADMIN)
    by_operator(office, anna, password="secret")

    change_settings(office.deps, {"imap_host": "new.example.org"}, actor=ADMIN)

    assert happening(office, anna) is Happening.PASSWORD_BOUND_ELSEWHERE


def test_a_key_that_is_not_there_is_said(open_office, anna: Person, office: Office):
    by_operator(office, anna, imap_host="mail.example.org", password="secret")

    object.__setattr__(office.deps, "vault", Vault([Fernet.generate_key().decode()]))

    assert happening(office, anna) is Happening.SECRET_UNREADABLE


def test_a_pinned_certificate_comes_along(office: Office, anna: Person):
    by_operator(office, anna, imap_host="127.0.0.1", imap_port="1", password="secret")
    assert anna.mailbox_id is not None

    trusted = trust_certificate(
        office.deps, anna.mailbox_id, "SHA256 Fingerprint=" + ":".join(["AB"] * 32), actor=ADMIN
    )

    assert trusted.host == "127.0.0.1"
    assert account(office, anna).pinned == ("ab" * 32,)


def test_a_host_that_staff_named_is_guarded_and_the_admins_list_goes_with_it(office, anna):
    texts = {"imap_host": "mail.example.org", "allowed_internal_hosts": "nas, 10.0.0.0/8"}
    change_settings(office.deps, texts, actor=ADMIN)
    by_operator(office, anna, password="secret")

    save(office, anna, imap_host="127.0.0.1.invalid", password="secret", test=False)

    opened = account(office, anna)
    assert opened.guarded
    assert opened.allowed_hosts == (
        "nas",
        "10.0.0.0/8",
        "mail.example.org:143",
        "mail.example.org:993",
    )
