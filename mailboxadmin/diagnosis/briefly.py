"""A finding in half a sentence, for a line that stands for several mailboxes."""

from mailboxadmin.diagnosis.codes import Codes
from mailboxadmin.diagnosis.tokens import Tokens
from mailboxadmin.domain.finding import Finding, Scope


def task(codes: Codes, tokens: Tokens, finding: Finding, reach: str) -> str:
    """What whoever acts must do, an infinitive without `to`."""
    return _filled(codes.by_name[finding.code].todo[finding.fix_by], tokens, finding, reach)


def short(codes: Codes, tokens: Tokens, finding: Finding, reach: str) -> str:
    """The cause, without a full stop."""
    return _filled(codes.by_name[finding.code].short, tokens, finding, reach)


def reach_name(tokens: Tokens, finding: Finding, reach: str) -> str:
    """How the mailboxes that share this cause are called; empty when they share nothing named."""
    if finding.scope is Scope.PROVIDER_APP:
        return tokens.app(reach)["app"]
    return reach if finding.scope is Scope.MAIL_SERVER else ""


def _filled(text: str, tokens: Tokens, finding: Finding, reach: str) -> str:
    app = tokens.app(reach if finding.scope is Scope.PROVIDER_APP else "")
    server = reach if finding.scope is Scope.MAIL_SERVER and reach else "the mail server"
    return text.format_map({**app, "reach": server})
