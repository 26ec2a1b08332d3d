"""The sign of life to a monitor outside: given only while mailboxes are being checked."""

import logging
from datetime import timedelta

from mailboxadmin.domain.delivery import Channel, NotDelivered
from mailboxadmin.notify.ping import ping
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.channels import note_failure, note_success
from mailboxadmin.services.office.routes import ping_url
from mailboxadmin.services.work.beat import healthy
from mailboxadmin.store.notices import all_channels

log = logging.getLogger(__name__)

#: Monitors count in minutes; more often would tell nothing more. A little less, so that of ticks
#: every 15 seconds it is each fourth.
PING_EVERY = timedelta(seconds=55)


def give_sign_of_life(deps: Deps) -> bool:
    """Ping, unless that was done just now or nothing is being checked; whether it was taken."""
    now = deps.clock.now()
    with deps.store.read() as db:
        url = ping_url(db)
        row = all_channels(db).get(Channel.PING.value)
    if not url or not healthy(deps):
        return False
    tried_at = row.tried_at if row else None
    if tried_at is not None and timedelta() <= now - tried_at < PING_EVERY:
        return False
    try:
        ping(deps.outbound, url)
    except NotDelivered as failure:
        finding = deps.diagnosis.of_delivery(failure.facts)
        log.info("no sign of life was taken: %s", finding.summary)
        with deps.store.write(background=True) as db:
            note_failure(db, failure.facts, finding, now, "")
        return False
    with deps.store.write(background=True) as db:
        note_success(db, Channel.PING, now, None)
    return True
