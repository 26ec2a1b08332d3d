"""What was done to a mailbox, taken apart from the log."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.domain.event import Event, Lane, event_of, own_keys_at, touching

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def logged(code: str = Code.MAILBOX_CONFIGURED, ago: float = 0, **detail: Any) -> Logged:
    at = NOW - timedelta(minutes=ago)
    return Logged(
        id=1,
        at=at,
        level=Level.INFO,
        code=code,
        mailbox=None,
        mailbox_id=None,
        actor="grace@example.org",
        run_id=None,
        message="Said so.",
        detail=detail,
        times=1,
        first_at=at,
    )


def changed(ago: float = 0, **values: tuple[str, str]) -> Event:
    changes = {key: {"before": old, "after": new} for key, (old, new) in values.items()}
    return event_of(logged(ago=ago, changes=changes))


def keys(event: Event | None) -> list[str]:
    return [fact.key for fact in event.facts] if event else []


def test_values_are_named_as_the_settings_page_names_them():
    event = changed(
        folders=("INBOX", "INBOX\nSent"),
        check_every_minutes=("5", "10"),
        username=("", "ann"),
        smtp_port=("", "2525"),
    )

    assert [(fact.label, fact.before, fact.after) for fact in event.facts] == [
        ("Folders to sync", "INBOX", "INBOX, Sent"),
        ("Check every", "5 minutes", "10 minutes"),
        ("Name at sign-in", "", "ann"),
        ("Port (notifications)", "", "2525"),
    ]


def test_the_value_of_a_secret_is_never_taken_over():
    event = changed(password=("set", "hunter2"), gmail_client_secret=("a", "b"))

    assert [(fact.secret, fact.before, fact.after) for fact in event.facts] == [
        (True, "", ""),
        (True, "", ""),
    ]


def test_a_token_has_a_lane_of_its_own():
    assert event_of(logged("oauth.refresh_failed")).lane is Lane.TOKEN
    assert event_of(logged(Code.MAILBOX_PAUSED)).lane is Lane.CHANGE


def test_what_the_mailbox_had_of_its_own_is_told_for_any_time():
    configured = [
        changed(ago=60, imap_host=("", "a.example")),
        changed(ago=30, imap_host=("a.example", ""), folders=("", "INBOX")),
    ]

    at = [own_keys_at(NOW - timedelta(minutes=ago), {"folders"}, configured) for ago in (90, 45, 0)]

    assert at == [frozenset(), {"imap_host"}, {"folders"}]


def test_an_office_value_holds_unless_the_mailbox_has_its_own():
    event = changed(imap_host=("a", "b"), imap_port=("993", "143"), folders=("INBOX", "All"))
    told = {"known_domain": False, "provider": ""}

    assert keys(touching(event, set(), **told)) == ["imap_host", "imap_port", "folders"]
    assert keys(touching(event, {"folders"}, **told)) == ["imap_host", "imap_port"]
    # A personal host never meets an office port.
    assert keys(touching(event, {"imap_host"}, **told)) == ["folders"]
    assert keys(touching(event, {"imap_port"}, **told)) == ["imap_host", "folders"]


def test_an_office_server_does_not_hold_for_a_known_provider():
    event = changed(imap_host=("a", "b"), folders=("INBOX", "All"))

    assert keys(touching(event, set(), known_domain=True, provider="gmail")) == ["folders"]


def test_what_has_nothing_to_do_with_mail_touches_no_mailbox():
    event = changed(help_contact=("", "Grace"), activity_retention_days=("90", "30"))

    assert touching(event, set(), known_domain=False, provider="") is None


def test_an_oauth_app_touches_the_mailboxes_of_its_provider():
    event = changed(outlook_client_secret=("set", "changed"))

    assert keys(touching(event, set(), known_domain=True, provider="outlook"))
    assert not keys(touching(event, set(), known_domain=True, provider="gmail"))
