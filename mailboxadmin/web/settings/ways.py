"""How a way on which people are told is shown: its name, how it fares, how a test went."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailboxadmin.domain.delivery import Channel, Stage
from mailboxadmin.services.notifying.try_channel import TestResult
from mailboxadmin.services.office.channels import ChannelView

TITLES = {
    Channel.MAIL: "By mail",
    Channel.WEBHOOK: "To a program (webhook)",
    Channel.PING: "To a monitor (sign of life)",
}
BUTTONS = {
    Channel.MAIL: "Send a test message",
    Channel.WEBHOOK: "Send a test",
    Channel.PING: "Give a sign of life now",
}
TAKEN = {
    Channel.MAIL: "The mail server took it. Look whether it arrived, also under junk mail.",
    Channel.WEBHOOK: "The webhook took it.",
    Channel.PING: "The monitor took it.",
}
#: As a person calls how far it came.
STAGES = {
    Stage.FIND: "Find the server",
    Stage.CONNECT: "Connect",
    Stage.GREET: "Greeting",
    Stage.ENCRYPT: "Encryption",
    Stage.SIGN_IN: "Sign-in",
    Stage.HAND_OVER: "Hand over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One card of the page."""

    view: ChannelView
    title: str
    button: str
    #: What is said of a test that got through.
    taken: str
    #: How the stages are called.
    stages: Mapping[Stage, str]
    #: The kind of mark and the words.
    mark: tuple[str, str]
    #: Of this way, just now; None without a test.
    result: TestResult | None


def way(view: ChannelView, result: TestResult | None) -> Way:
    """The card of a way.

    Args:
        result: of a test just now, of whichever way.
    """
    channel = view.channel
    return Way(
        view=view,
        title=TITLES[channel],
        button=BUTTONS[channel],
        taken=TAKEN[channel],
        stages=STAGES,
        mark=_mark(view),
        result=result if result and result.channel is channel else None,
    )


def _mark(view: ChannelView) -> tuple[str, str]:
    if not view.set_up:
        return "idle", "Not set up"
    if view.finding is None:
        return ("ok", "Works") if view.succeeded_at else ("idle", "Set up, not tried yet")
    return ("wait", "Not through just now") if view.finding.temporary else ("act", "Does not work")
