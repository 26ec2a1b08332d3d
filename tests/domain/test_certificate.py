"""A certificate in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.certificate import Certificate, covers
from mailboxadmin.domain.fingerprint import beginning, grouped

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
SHOWN = Certificate(
    fingerprint="0123456789abcdef" * 4,
    issuer="Let's Encrypt",
    self_signed=False,
    names=("example.org", "www.example.org", "imap.example.org"),
    starts_at=NOW - timedelta(days=29),
    ends_at=NOW + timedelta(days=61, hours=3),
    host="imap.example.org",
)


def test_its_sentence_names_the_host_the_issuer_and_the_days_left():
    assert SHOWN.sentence(NOW) == (
        "certificate for imap.example.org, from Let's Encrypt, good for 61 days"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"names": ("a.example", "*.example.org")}, "certificate for *.example.org, from "),
        ({"names": ("b.example", "a.example")}, "certificate for b.example, from "),
        ({"names": ()}, "certificate without a name, from "),
        ({"self_signed": True}, "certificate for imap.example.org, self-signed, good for "),
        ({"ends_at": NOW + timedelta(days=1)}, "good for 1 day"),
        ({"ends_at": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)}, "good without end"),
        ({"ends_at": NOW + timedelta(days=3653)}, "good for 3,653 days"),
        ({"ends_at": datetime(3000, 1, 1, tzinfo=UTC)}, "good until 1 Jan 3000"),
        ({"ends_at": NOW}, "expired on 2026-05-03"),
        ({"starts_at": NOW + timedelta(days=1)}, "not valid before 2026-05-04"),
    ],
)
def test_its_sentence_says_what_is_peculiar(changes, sentence):
    assert sentence in replace(SHOWN, **changes).sentence(NOW)


def test_its_description_does_not_make_a_name_of_none():
    assert ", self-signed, without a name, SHA-256" in replace(
        SHOWN, names=(), self_signed=True
    ).description(NOW)


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("imap.example.org", "IMAP.Example.org", True),
        ("imap.example.org", "imap.example.org.", True),
        ("*.example.org", "imap.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "a.imap.example.org", False),
        ("*.example.org", ".example.org", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("example.org", "imap.example.org", False),
    ],
)
def test_a_name_fits_a_host_or_not(name, host, fits):
    assert covers(name, host) is fits


def test_a_fingerprint_is_grouped_so_that_it_can_be_compared_aloud():
    lines = grouped(SHOWN.fingerprint)

    assert lines[0] == "01:23:45:67:89:AB:CD:EF:" and len(lines) == 4
    assert "".join(lines).replace(":", "").lower() == SHOWN.fingerprint
    assert beginning(SHOWN.fingerprint) == "01:23:45:67:89:AB:CD:EF…"


def test_it_is_kept_as_it_was():
    assert Certificate.from_json(SHOWN.as_json()) == SHOWN
