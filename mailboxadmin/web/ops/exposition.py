"""The figures in Prometheus' text format (docs/monitoring.md says what each means)."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from mailboxadmin.services.warning.figures import Figures


def exposition(figures: Figures, pages: CollectorRegistry) -> bytes:
    """The page that Prometheus reads.

    Args:
        pages: what is counted between; the other figures are read when they are asked for.
    """
    registry = CollectorRegistry()
    _labelled(registry, "mailboxes", "Mailboxes by state.", "state", figures.mailboxes)
    _labelled(
        registry,
        "last_success_age_seconds",
        "Seconds since a mailbox was last brought up to date.",
        "mailbox",
        figures.last_success_age_s,
    )
    words = "The greatest of these, without paused ones."
    _maybe(registry, "oldest_success_age_seconds", words, figures.oldest_success_age_s)
    _labelled(registry, "messages", "Messages stored.", "mailbox", figures.messages)
    _labelled(registry, "broken", "Mailboxes broken now.", "code", figures.broken)
    words = "Failures in 24 hours, each try counted."
    _labelled(registry, "failures_last_day", words, "code", figures.failures)
    _labelled(registry, "runs_last_day", "Runs that ended in 24 hours.", "outcome", figures.runs)
    _plain(registry, "runs_live", "Runs that go on.", figures.beat.running)
    words = "Tokens asked for in 24 hours."
    _labelled(registry, "token_refreshes_last_day", words, "outcome", figures.tokens)
    _labelled(registry, "warnings", "What will break soon.", "code", figures.warnings)
    words = "When a mail server's certificate ends, since 1970."
    _labelled(registry, "certificate_ends_timestamp_seconds", words, "server", figures.certificates)
    _labelled(registry, "queue", "Work in the pool.", "state", figures.queue)
    words = "Clicks that the mail servers were not told yet."
    _plain(registry, "unsent_clicks", words, figures.unsent_clicks)
    _machine(registry, figures)
    _plain(registry, "scheduler_stale", "1: nothing is checked.", int(figures.beat.stale))
    words = "Seconds since the scheduler last ticked."
    _maybe(registry, "scheduler_beat_age_seconds", words, figures.beat_age_s)
    return generate_latest(registry) + generate_latest(pages)


def _machine(registry: CollectorRegistry, figures: Figures) -> None:
    memory = figures.memory
    _maybe(registry, "memory_bytes", "Memory of this process.", memory.now)
    _maybe(registry, "memory_peak_bytes", "The most it had.", memory.peak)
    _maybe(registry, "memory_limit_bytes", "What it may have.", memory.limit)
    words = "Free where the mail is kept."
    _plain(registry, "disk_free_bytes", words, figures.disk_free_bytes)
    words = "Seconds since the last backup that was made by itself."
    _maybe(registry, "backup_age_seconds", words, figures.backup_age_s)


def _labelled(
    registry: CollectorRegistry,
    name: str,
    words: str,
    label: str,
    values: Mapping[str, float],
) -> None:
    gauge = Gauge(f"mailboxadmin_{name}", words, [label], registry=registry)
    for key, number in values.items():
        gauge.labels(key).set(number)


def _plain(registry: CollectorRegistry, name: str, words: str, number: float) -> None:
    Gauge(f"mailboxadmin_{name}", words, registry=registry).set(number)


def _maybe(registry: CollectorRegistry, name: str, words: str, number: float | None) -> None:
    """Not there while it is not known: 0 would be an answer."""
    if number is not None:
        _plain(registry, name, words, number)
