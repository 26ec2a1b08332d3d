"""What the owner of a mailbox can do about a finding without signing in."""

from enum import StrEnum

from mailboxadmin.domain.finding import Finding, Fixer


class Way(StrEnum):
    """What mends it."""

    #: A password, entered once more.
    PASSWORD = "password"
    #: The owner agrees on the provider's page: passwords are not taken.
    CONSENT = "consent"
    #: Something else, or somebody else.
    OTHERWISE = "otherwise"


#: Only a consent helps, although the sign-in was refused.
_PASSWORDS_ARE_NOT_TAKEN = frozenset({"auth.password_login_disabled", "auth.token_refused"})
#: An admin may find the key again; until then its owner can enter what it sealed.
KEY_LOST = "local.secret_unreadable"


def way_to_mend(finding: Finding, *, only_oauth: bool, by_token: bool = False) -> Way:
    """What the owner can do about it.

    Args:
        only_oauth: the provider takes no passwords at all.
        by_token: it signs in with a permission, so that no password is at fault.
    """
    if finding.code == KEY_LOST:
        return Way.CONSENT if only_oauth or by_token else Way.PASSWORD
    if finding.fix_by is not Fixer.OWNER:
        return Way.OTHERWISE
    if finding.consent_ended or finding.code in _PASSWORDS_ARE_NOT_TAKEN:
        return Way.CONSENT
    if finding.field == "password" or finding.refused_credentials:
        return Way.CONSENT if only_oauth or by_token else Way.PASSWORD
    return Way.OTHERWISE


def may_be_right(finding: Finding) -> bool:
    """True when the stored password may well be right: trying it again is then enough."""
    return finding.field != "password" and finding.code != KEY_LOST
