"""The thread that renews tokens, in the process that ticks."""

import time

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.jobs.refresh_tokens import RefreshTokens
from mailboxadmin.jobs.scheduler import Scheduler


def until(condition) -> bool:
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_the_scheduler_renews_what_is_due_when_it_starts(token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(minutes=55)
    scheduler = Scheduler(token_office.deps)

    scheduler.start()
    renewed = until(lambda: token_office.provider.refreshes_of(ann.account.name) == 1)
    scheduler.stop()

    assert renewed


def test_a_provider_that_keeps_silent_holds_up_no_tick_and_no_stop(token_office):
    from mailboxadmin.demo.provider_values import LineFault

    token_office.connected()
    token_office.office.clock.advance(minutes=55)
    token_office.provider.fail_always(LineFault.HANG)
    job = RefreshTokens(token_office.deps)

    job.run()
    assert until(lambda: token_office.provider.token_requests == 2)
    began = time.monotonic()
    job.run()
    job.stop()

    assert time.monotonic() - began < 60
    token_office.provider.heal()
