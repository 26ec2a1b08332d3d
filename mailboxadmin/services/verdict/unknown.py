"""What servers say that nothing here knows: noted when it is said, and given out to be added."""

import logging

from mailboxadmin.diagnosis import Context
from mailboxadmin.diagnosis.catalogue import read_answer
from mailboxadmin.diagnosis.pasting import rows_to_paste
from mailboxadmin.domain.cover import Private, covered, has_words
from mailboxadmin.domain.errors import Facts, Happening, StoreUnavailable
from mailboxadmin.domain.unknown import UnknownAnswer
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import unknown

log = logging.getLogger(__name__)

INBOX = "INBOX"


def note_unknown(deps: Deps, facts: Facts, context: Context, *, login: str | None) -> None:
    """Keep the words, with what belongs to the mailbox covered; known ones are not kept.

    Nothing that is told of the mailbox depends on it: a database that cannot be written now
    leaves them out, and the log file says so.

    Args:
        login: the name at sign-in, when it is not the address.
    """
    if deps.diagnosis.knows(facts, context):
        return
    now = deps.clock.now()
    code, said = _answer(facts)
    answer = UnknownAnswer(
        phase=facts.phase,
        happening=facts.happening,
        response_code=code,
        provider=deps.diagnosis.provider_key(facts, context),
        said=covered(said, _private(facts, context, login)),
        first_at=now,
        last_at=now,
    )
    if not answer.response_code and not has_words(answer.said):
        return
    try:
        with deps.store.write(background=True) as db:
            unknown.note_answer(db, answer)
    except StoreUnavailable as fault:
        log.warning("an answer that nothing knows was not kept: %s", fault)


def read_unknown(deps: Deps) -> tuple[UnknownAnswer, ...]:
    """What nothing here knows, the most frequent first."""
    with deps.store.read() as db:
        return unknown.all_answers(db)


def unknown_as_rows(deps: Deps) -> str:
    """The same as a TOML file, to be completed and pasted into the catalogue."""
    return rows_to_paste(read_unknown(deps))


def _answer(facts: Facts) -> tuple[str, str]:
    if facts.happening is Happening.TOKEN_REFUSED and facts.token is not None:
        return facts.token.error, facts.token.description
    code, said = read_answer(facts)
    return code or "", said


def _private(facts: Facts, context: Context, login: str | None) -> Private:
    local, _, domain = context.address.rpartition("@")
    server = context.effective.server if context.effective else None
    return Private(
        logins=[name for name in (login, local) if name],
        hosts=[name for name in (facts.host, server.host if server else "", domain) if name],
        folders=[facts.folder] if facts.folder and facts.folder != INBOX else [],
    )
