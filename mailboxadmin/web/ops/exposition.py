"""The figures in Prometheus' text format."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from mailboxadmin.services.figures import Figures


def exposition(figures: Figures) -> bytes:
    """The page that Prometheus reads; a registry of its own, because nothing is counted between."""
    registry = CollectorRegistry()
    _labelled(registry, "mailboxes", "Mailboxes by state.", "state", figures.mailboxes)
    _labelled(
        registry,
        "last_success_age_seconds",
        "Seconds since a mailbox was last brought up to date.",
        "mailbox",
        figures.last_success_age_s,
    )
    _labelled(registry, "messages", "Messages stored.", "mailbox", figures.messages)
    _labelled(registry, "runs_last_day", "Runs that ended in 24 hours.", "outcome", figures.runs)
    _plain(registry, "runs_live", "Runs that go on.", figures.beat.running)
    _plain(registry, "scheduler_stale", "1: nothing is checked.", int(figures.beat.stale))
    if figures.beat_age_s is not None:
        words = "Seconds since the scheduler last ticked."
        _plain(registry, "scheduler_beat_age_seconds", words, figures.beat_age_s)
    return generate_latest(registry)


def _labelled(
    registry: CollectorRegistry,
    name: str,
    words: str,
    label: str,
    values: dict[str, int] | dict[str, float],
) -> None:
    gauge = Gauge(f"mailboxadmin_{name}", words, [label], registry=registry)
    for key, number in values.items():
        gauge.labels(key).set(number)


def _plain(registry: CollectorRegistry, name: str, words: str, number: float) -> None:
    Gauge(f"mailboxadmin_{name}", words, registry=registry).set(number)
