"""Signing in and out, and what a stolen cookie is worth afterwards."""

import hashlib

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.people import Role
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.sessions import (
    STRANGER,
    SignInRefused,
    change_own_password,
    session_person,
    sign_in,
    sign_out,
)
from mailboxadmin.store.tables import ActivityRow, SessionRow, StaffRow
from tests.support.office import DESK, PASSWORD, Office


def refusals(office: Office) -> list[ActivityRow]:
    with office.deps.store.read() as db:
        return db.query(ActivityRow).filter_by(code="login.failed").order_by(ActivityRow.id).all()


def test_who_signs_in_is_known_by_the_token_and_the_database_does_not_hold_it(office: Office):
    anna = office.person("anna@example.org")

    token = sign_in(office.deps, " Anna@Example.ORG ", PASSWORD, browser=DESK)

    found = session_person(office.deps, token)
    assert found and found.id == anna.id
    assert found.last_login_at == office.clock.now()
    with office.deps.store.read() as db:
        [row] = db.query(SessionRow)
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()


def test_a_wrong_password_an_unknown_address_and_an_invited_one_get_the_same_answer(office: Office):
    office.person("anna@example.org")
    people.add_person(
        office.deps, email="info@example.org", name="", role=Role.STAFF, actor="command line"
    )

    answers = set()
    for email in ("anna@example.org", "nobody@example.org", "info@example.org"):
        with pytest.raises(SignInRefused) as refusal:
            sign_in(office.deps, email, "not the password", browser=DESK)
        answers.add(str(refusal.value))

    assert len(answers) == 1


def test_an_unknown_address_takes_as_long_as_a_known_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    office.person("anna@example.org")
    costs: list[str] = []
    verify = Argon2Hasher.verify

    def counted(hasher: Argon2Hasher, password: str, hashed: str) -> bool:
        # All the time goes here; how much is in the hash: $argon2id$v=19$m=8,t=1,p=1$salt$digest.
        costs.append(hashed.split("$")[3])
        return verify(hasher, password, hashed)

    monkeypatch.setattr(Argon2Hasher, "verify", counted)
    for email in ("nobody@example.org", "anna@example.org"):
        with pytest.raises(SignInRefused):
            sign_in(office.deps, email, "not the password", browser=DESK)

    unknown, known = costs
    assert unknown == known


def test_a_disabled_person_is_refused_with_the_right_password(office: Office):
    anna = office.person("anna@example.org")
    people.disable_person(office.deps, anna.id, actor="test")

    with pytest.raises(SignInRefused):
        sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    assert "deactivated" in refusals(office)[0].message


def test_refused_sign_ins_in_a_row_are_one_line_until_a_good_one(office: Office):
    office.person("anna@example.org")

    for password in ("wrong one", "wrong two", PASSWORD, "wrong three"):
        try:
            sign_in(office.deps, "anna@example.org", password, browser=DESK)
        except SignInRefused:
            office.clock.advance(minutes=1)

    first, second = refusals(office)
    assert (first.times, second.times) == (2, 1)
    assert first.mailbox == "anna@example.org"
    assert first.first_at < first.at


def test_what_a_stranger_typed_is_not_kept(office: Office):
    with pytest.raises(SignInRefused):
        sign_in(office.deps, "my secret password", "anna@example.org", browser=DESK)

    [row] = refusals(office)
    assert row.actor == STRANGER
    assert "secret" not in row.message + str(row.detail)


def test_signing_out_ends_this_session_only(office: Office):
    office.person("anna@example.org")
    here = sign_in(office.deps, "anna@example.org", PASSWORD, browser=DESK)
    there = sign_in(office.deps, "anna@example.org", PASSWORD, browser=DESK)

    sign_out(office.deps, here)
    sign_out(office.deps, here)

    assert session_person(office.deps, here) is None
    assert session_person(office.deps, there)


def test_a_session_ends_a_week_after_the_last_click(office: Office):
    office.person("anna@example.org")
    token = sign_in(office.deps, "anna@example.org", PASSWORD, browser=DESK)

    office.clock.advance(days=6)
    clicked = session_person(office.deps, token)
    office.clock.advance(days=6)
    clicked_again = session_person(office.deps, token)
    office.clock.advance(days=8)

    assert clicked and clicked_again
    assert session_person(office.deps, token) is None


def test_a_session_ends_after_a_month_however_often_one_clicks(office: Office):
    office.person("anna@example.org")
    token = sign_in(office.deps, "anna@example.org", PASSWORD, browser=DESK)

    for _ in range(6):
        office.clock.advance(days=5)
        assert session_person(office.deps, token)
    office.clock.advance(minutes=1)

    assert session_person(office.deps, token) is None


def test_another_password_ends_all_sessions_and_begins_one(office: Office):
    anna = office.person("anna@example.org")
    stolen = sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    token = change_own_password(
        office.deps, anna.id, current=PASSWORD, new="a longer new phrase", browser=DESK
    )

    assert session_person(office.deps, stolen) is None
    assert session_person(office.deps, token)


def test_another_password_needs_the_present_one(office: Office):
    anna = office.person("anna@example.org")

    with pytest.raises(InvalidInput) as fault:
        change_own_password(
            office.deps, anna.id, current="a guess", new="a longer new phrase", browser=DESK
        )

    assert fault.value.field == "current"
    assert sign_in(office.deps, anna.email, PASSWORD, browser=DESK)


def test_a_hash_that_is_out_of_date_is_made_anew_at_the_sign_in(office: Office):
    from pwdlib.hashers.argon2 import Argon2Hasher

    anna = office.person("anna@example.org")
    old = Argon2Hasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    with office.deps.store.write() as db:
        db.get_one(StaffRow, anna.id).password_hash = old

    sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    with office.deps.store.read() as db:
        assert db.get_one(StaffRow, anna.id).password_hash != old
    assert sign_in(office.deps, anna.email, PASSWORD, browser=DESK)


def test_a_password_is_the_same_however_the_keyboard_composes_it(office: Office):
    office.person("anna@example.org", password="grüne Äpfel im Mai")

    decomposed = "gru\u0308ne A\u0308pfel im Mai"

    assert sign_in(office.deps, "anna@example.org", decomposed, browser=DESK)
