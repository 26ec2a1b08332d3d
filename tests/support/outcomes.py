"""How a run ended, without one: for what follows from an outcome, whatever brought it about.

fails(office, ann.id, Facts(phase=Phase.TCP, happening=Happening.CONNECT_REFUSED, host="a.example"))
succeeds(office, ann.id)
"""

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.run import Counts, Outcome, Result
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.services.work.runs import begin_run, held
from tests.support.office import Office

REFUSED = Facts(
    phase=Phase.AUTH,
    happening=Happening.ANSWER_NO,
    response_code="AUTHENTICATIONFAILED",
    server_said="[AUTHENTICATIONFAILED] Authentication failed.",
    host="mail.example.org",
    port=993,
)
RESOLVER_DOWN = Facts(phase=Phase.DNS, happening=Happening.RESOLVER_DOWN, detail="no answer")


def server_down(host: str = "mail.example.org") -> Facts:
    """Nothing listens there."""
    return Facts(phase=Phase.TCP, happening=Happening.CONNECT_REFUSED, host=host, port=993)


def token_refused(error: str, description: str = "", *, app: str = "outlook") -> Facts:
    """The token endpoint of an OAuth app said no."""
    answer = TokenAnswer(app=app, status=400, error=error, description=description)
    return Facts(
        phase=Phase.TOKEN,
        happening=Happening.TOKEN_REFUSED,
        server_said=description or error,
        token=answer,
    )


def token_outage(*, app: str = "outlook") -> Facts:
    """The token endpoint does not answer."""
    return Facts(
        phase=Phase.TOKEN, happening=Happening.TOKEN_UNREACHABLE, token=TokenAnswer(app=app)
    )


def fails(
    office: Office, mailbox_id: int, facts: Facts, *, outcome: Outcome = Outcome.FAILED
) -> Finding:
    """A run of that mailbox ends so; its finding."""
    finding = finding_for(office.deps, mailbox_id, facts)
    _end(office, mailbox_id, Result(outcome=outcome, counts=Counts(), finding=finding, facts=facts))
    return finding


def succeeds(office: Office, mailbox_id: int) -> None:
    """A run of that mailbox ends well."""
    _end(office, mailbox_id, Result(outcome=Outcome.OK, counts=Counts()))


def _end(office: Office, mailbox_id: int, result: Result) -> None:
    run = begin_run(office.deps, mailbox_id, actor=SCHEDULER)
    with held(office.deps, run):
        record_outcome(office.deps, run, result)
