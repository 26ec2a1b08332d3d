"""2. Debug mode: no verdict, but whether it is on, for whom and until when."""

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.services.checklist.answer import Found, Verdict
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.debug.debugging import switches_on


def debug_mode(look: Look) -> Found:
    """What is recorded now."""
    on = switches_on(look.deps)
    if not on:
        return Found(summary="Debug mode is off.", judged=Verdict.IDLE)
    said = [f"{each.address or 'all mailboxes'} until {rfc3339(each.until)}" for each in on]
    return Found(
        summary=f"Debug mode is on for {', '.join(said)}; it ends by itself.",
        judged=Verdict.IDLE,
        word="On",
    )
