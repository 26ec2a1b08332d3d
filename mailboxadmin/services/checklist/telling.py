"""3, whether anybody hears of it: the ways on which people are told of incidents."""

from mailboxadmin.services.checklist.answer import Found, Point, to_do, together
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.office.channels import ChannelView, read_channels


def telling(look: Look) -> Found:
    """Every way that is set up and does not get through."""
    views = [view for view in read_channels(look.deps) if view.set_up]
    points = tuple(_point(view) for view in views if view.finding or view.given_up)
    if points:
        return Found(
            summary=together(points), fix=to_do(points), points=points, word="Nobody is told"
        )
    ways = [view.channel.value for view in views]
    if not ways:
        return Found(summary="Nobody is told of incidents: no e-mail, webhook or ping is set up.")
    return Found(summary=f"Incidents are told by {' and '.join(ways)}.")


def _point(view: ChannelView) -> Point:
    way = view.channel.value
    if view.finding is None:
        return Point(
            what=f"{view.given_up} notices by {way} were given up in the last day.",
            fix="Look under Settings whether it works now, with its test button.",
        )
    return Point(
        what=f"Notices by {way} do not get through: {view.finding.summary}",
        fix=" ".join(view.finding.steps) or "It is tried again by itself.",
        code=view.finding.code,
    )
