"""Answers that nothing here knows, kept until they are in the catalogue."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.unknown import UnknownAnswer
from mailboxadmin.store.tables import UnknownAnswerRow

#: A server that puts something new into each answer must not fill the disk.
MOST = 300


def note_answer(db: Session, answer: UnknownAnswer) -> None:
    """Keep it, or count it once more; of too many, those that came longest ago go."""
    row = db.scalar(
        select(UnknownAnswerRow).where(
            UnknownAnswerRow.phase == answer.phase.value,
            UnknownAnswerRow.happening == answer.happening.value,
            UnknownAnswerRow.response_code == answer.response_code,
            UnknownAnswerRow.provider == answer.provider,
            UnknownAnswerRow.said == answer.said,
        )
    )
    if row is not None:
        row.last_at = max(row.last_at, answer.last_at)
        row.times += answer.times
        return
    db.add(_row(answer))
    db.flush()
    kept = select(UnknownAnswerRow.id).order_by(
        UnknownAnswerRow.last_at.desc(), UnknownAnswerRow.id.desc()
    )
    db.execute(delete(UnknownAnswerRow).where(UnknownAnswerRow.id.not_in(kept.limit(MOST))))


def all_answers(db: Session) -> tuple[UnknownAnswer, ...]:
    """All of them, the most frequent first."""
    query = select(UnknownAnswerRow).order_by(
        UnknownAnswerRow.times.desc(), UnknownAnswerRow.last_at.desc(), UnknownAnswerRow.id
    )
    return tuple(_answer(row) for row in db.scalars(query))


def _row(answer: UnknownAnswer) -> UnknownAnswerRow:
    return UnknownAnswerRow(
        phase=answer.phase.value,
        happening=answer.happening.value,
        response_code=answer.response_code,
        provider=answer.provider,
        said=answer.said,
        first_at=answer.first_at,
        last_at=answer.last_at,
        times=answer.times,
    )


def _answer(row: UnknownAnswerRow) -> UnknownAnswer:
    return UnknownAnswer(
        phase=Phase(row.phase),
        happening=Happening(row.happening),
        response_code=row.response_code,
        provider=row.provider,
        said=row.said,
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
    )
