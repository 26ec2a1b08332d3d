"""Who acts: the origin of the value at fault, else the catalogue, else the codes file."""

from mailboxadmin.diagnosis.catalogue import Row
from mailboxadmin.diagnosis.codes import Code
from mailboxadmin.diagnosis.tokens import TokenRow
from mailboxadmin.domain.effective import Effective, Origin
from mailboxadmin.domain.finding import Fixer

#: Fields that only the owner fills in, or an admin on the owner's behalf.
_ALWAYS_OWN = frozenset({"password", "auth_method"})


def who_acts(
    code: Code, row: Row | TokenRow | None, effective: Effective | None, *, has_app: bool
) -> Fixer:
    """Who can mend this finding (the order is a promise: docs/codes.md).

    Args:
        has_app: the OAuth app of the mailbox's provider is set up.
    """
    # Nobody but an admin can set up OAuth; then it is the owner who connects with it.
    if code.name == "auth.password_login_disabled":
        return Fixer.OWNER if has_app else Fixer.ADMIN
    if code.field in _ALWAYS_OWN:
        return Fixer.OWNER
    origin = origin_of(code.field, effective)
    if origin is not None:
        return Fixer.OWNER if origin is Origin.OWN else Fixer.ADMIN
    if row and row.fix_by:
        return row.fix_by
    return code.fix_by


def origin_of(field: str | None, effective: Effective | None) -> Origin | None:
    """Where the value of a form field comes from; None when it is no setting.

    A port that follows the encryption has the origin of the encryption.
    """
    if field is None or effective is None or field not in effective.values:
        return None
    origin = effective.origin(field)
    return effective.origin("imap_encryption") if origin is Origin.ENCRYPTION else origin
