"""What the owner of a mailbox can do about a finding without signing in."""

import pytest

from mailboxadmin.domain.finding import Finding, Fixer
from mailboxadmin.domain.repair import Way, may_be_right, way_to_mend
from tests.support.states import finding


@pytest.mark.parametrize(
    ("wrong", "way"),
    [
        (finding("auth.bad_credentials"), Way.PASSWORD),
        (finding("local.password_bound_elsewhere"), Way.PASSWORD),
        (finding("auth.imap_disabled", field=None), Way.PASSWORD),
        (finding("auth.password_login_disabled", field="auth_method"), Way.CONSENT),
        (finding("oauth.grant_expired", field=None), Way.CONSENT),
        (finding("local.secret_unreadable", fix_by=Fixer.ADMIN, field=None), Way.PASSWORD),
        (finding("folder.not_found", field="folders"), Way.OTHERWISE),
        (finding("dns.host_not_found", field="imap_host"), Way.OTHERWISE),
        (finding("auth.bad_credentials", fix_by=Fixer.MAIL_HOST), Way.OTHERWISE),
        (finding("tcp.timeout", fix_by=Fixer.NOBODY, field=None), Way.OTHERWISE),
    ],
    ids=lambda each: f"{each.code} {each.fix_by}" if isinstance(each, Finding) else each,
)
def test_what_mends_it(wrong: Finding, way: Way):
    assert way_to_mend(wrong, only_oauth=False) is way


def test_where_no_password_is_taken_a_refused_one_is_mended_by_a_consent():
    assert way_to_mend(finding("auth.bad_credentials"), only_oauth=True) is Way.CONSENT


def test_a_permission_that_no_key_opens_is_given_once_more():
    lost = finding("local.secret_unreadable", fix_by=Fixer.ADMIN, field=None)

    assert way_to_mend(lost, only_oauth=False, by_token=True) is Way.CONSENT


def test_where_the_password_is_not_at_fault_it_may_be_tried_again():
    assert may_be_right(finding("auth.imap_disabled", field=None))
    assert not may_be_right(finding("auth.bad_credentials"))
    assert not may_be_right(finding("local.secret_unreadable", field=None))
