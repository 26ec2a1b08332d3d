"""The second pass: what waits is examined once, whatever it is and whatever happens."""

import threading

import pytest
from sqlalchemy import text, update

from mailboxadmin.domain.contents import read_contents
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.reading import examine as module
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.services.running import RunControl
from mailboxadmin.store import contents as rows
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import mails
from tests.support.examined import examined, letter, previews, put
from tests.support.horrors import TEXT, two_thousand_nested_multiparts
from tests.support.office import Office

#: Says that it has parts, and has none.
UNPARTED = b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nHello\r\n"

#: As the product asks; with these words SQLite sees that the index fits.
WAITS = "examined_at IS NULL AND refused_at IS NULL AND expected_size IS NULL"
NEWEST = "arrived_at DESC, id DESC"


@pytest.fixture
def ann(office: Office) -> int:
    """The id of a mailbox."""
    mailbox_id = office.person("ann@example.org").mailbox_id
    assert mailbox_id is not None
    return mailbox_id


@pytest.fixture
def ben(office: Office) -> int:
    """The id of another."""
    mailbox_id = office.person("ben@example.org").mailbox_id
    assert mailbox_id is not None
    return mailbox_id


class Reader:
    """Reads as the product does, and remembers what it read."""

    def __init__(self, monkeypatch, meanwhile=lambda raw: None):
        self.read = []
        self._meanwhile = meanwhile
        monkeypatch.setattr(module, "read_contents", self)

    def __call__(self, raw):
        self.read.append(raw)
        self._meanwhile(raw)
        return read_contents(raw)


class Busy:
    """A connection that is used all the time."""

    stands_still = False

    def cancel(self):
        """Nothing to end."""


def waiting(office, mailbox_id):
    with office.deps.store.read() as db:
        return rows.count_waiting(db, mailbox_id)


def quarantined(office):
    return list(iter_entries(office.deps, Filter(code="message.quarantined")))


def test_everything_that_waits_is_examined_once(office, ann):
    raws = list(mails.generate(30))
    put(office, ann, raws)

    first, second = examine_messages(office.deps), examine_messages(office.deps)

    assert (first, second) == (30, 0)
    found = [(each.preview, each.body_text, each.problem) for each in examined(office, ann)]
    expected = [read_contents(raw) for raw in raws]
    assert found == [(each.preview, each.body_text, each.problem) for each in expected]
    assert waiting(office, ann) == 0


def test_what_is_enclosed_is_stored_by_name_type_size_and_part(office, ann):
    raw = next(raw for raw in mails.generate(50) if b"offer.pdf" in raw)
    put(office, ann, [raw])

    examine_messages(office.deps)

    [contents] = examined(office, ann)
    [attachment] = contents.attachments
    assert (attachment["name"], attachment["media_type"]) == ("offer.pdf", "application/pdf")
    assert attachment["part"] > 1
    assert 8_000 < attachment["size"] < 300_000


def test_the_newest_come_first_and_mailboxes_take_turns(office, ann, ben, monkeypatch):
    monkeypatch.setattr(module, "BATCH_MESSAGES", 2)
    reader = Reader(monkeypatch)
    put(office, ann, [letter(f"ann {number}") for number in range(5)])
    put(office, ben, [letter(f"ben {number}") for number in range(3)])

    examine_messages(office.deps)

    read = [raw.split()[-2:] for raw in reader.read]
    in_turn = "ann 0, ann 1, ben 0, ben 1, ann 2, ann 3, ben 2, ann 4"
    assert read == [each.encode().split() for each in in_turn.split(", ")]


def test_a_batch_is_bounded_by_its_bytes(office, ann, monkeypatch):
    monkeypatch.setattr(module, "BATCH_BYTES", 1000)
    batches = []
    raw_of = module.raw_of
    monkeypatch.setattr(module, "raw_of", lambda db, ids: batches.append(ids) or raw_of(db, ids))
    put(office, ann, [letter("x" * size) for size in (10, 10, 2000, 10, 800, 800)])

    examine_messages(office.deps)

    assert [len(batch) for batch in batches] == [2, 1, 2, 1]


def test_a_message_that_is_too_large_is_left_as_it_is(office, ann):
    change_settings(office.deps, {"max_message_megabytes": "1"}, actor="test")
    put(office, ann, [letter("x" * 1024 * 1024), letter("small")])

    done = examine_messages(office.deps)

    assert done == 2
    assert previews(office, ann) == [None, "small"]
    assert quarantined(office) == []


@pytest.mark.parametrize("column", ["refused_at", "expected_size"])
def test_a_message_whose_bytes_are_not_here_waits_on(office, ann, column):
    put(office, ann, [letter("one"), letter("two")])
    value = office.clock.now() if column == "refused_at" else 5_000_000
    with office.deps.store.write() as db:
        db.execute(update(MessageRow).where(MessageRow.uid == 1000).values({column: value}))

    examine_messages(office.deps)

    assert previews(office, ann) == ["two"]


def test_a_big_message_is_read_from_its_parts(office, ann):
    whole = two_thousand_nested_multiparts()
    put(office, ann, [whole])
    with office.deps.store.write() as db:
        db.execute(
            text(
                "INSERT INTO message_parts SELECT message_id, 0, substr(raw, 1, 70000)"
                " FROM message_bytes UNION ALL SELECT message_id, 1, substr(raw, 70001)"
                " FROM message_bytes"
            )
        )
        db.execute(text("DELETE FROM message_bytes"))

    examine_messages(office.deps)

    assert previews(office, ann) == [TEXT.decode()]


def test_what_can_be_read_only_in_part_is_logged_once(office, ann):
    put(office, ann, [UNPARTED, letter("fine")])

    examine_messages(office.deps)
    examine_messages(office.deps)

    [entry] = quarantined(office)
    assert (entry.mailbox_id, entry.actor, entry.run_id) == (ann, "scheduler", None)
    assert "INBOX" in entry.message
    assert entry.detail["uid"] == 1000
    assert entry.detail["bytes"] == len(UNPARTED)
    assert entry.detail["problem"] == examined(office, ann)[0].problem
    assert previews(office, ann) == ["Hello", "fine"]


def test_what_was_quarantined_by_the_first_pass_is_not_logged_again(office, ann):
    headless = b"\r\nContent-Type: no header at all"
    put(office, ann, [headless])
    with office.deps.store.write() as db:
        db.execute(text("UPDATE message_bytes SET raw = :raw"), {"raw": UNPARTED})

    examine_messages(office.deps)

    assert examined(office, ann)[0].problem is not None
    assert quarantined(office) == []


def test_a_fault_of_ours_marks_its_message_and_stops_no_other(office, ann, monkeypatch):
    def break_at(raw):
        if b"poison" in raw:
            raise RecursionError("too deep")

    Reader(monkeypatch, break_at)
    put(office, ann, [letter("one"), letter("poison"), letter("two")])

    done = examine_messages(office.deps)

    assert done == 3
    assert previews(office, ann) == ["one", "", "two"]
    assert "RecursionError" in examined(office, ann)[1].problem
    assert len(quarantined(office)) == 1


def test_a_batch_that_was_not_committed_is_done_again(office, ann, monkeypatch):
    put(office, ann, [UNPARTED, letter("two")])

    def die(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(module, "add_entry", die)
        with pytest.raises(KeyboardInterrupt):
            examine_messages(office.deps)
    before = examined(office, ann)
    examine_messages(office.deps)

    assert before == []
    assert previews(office, ann) == ["Hello", "two"]
    assert len(quarantined(office)) == 1


def test_two_processes_at_one_message_keep_it_once(office, ann, monkeypatch):
    put(office, ann, [UNPARTED])
    others = iter([lambda: examine_messages(office.deps)])
    Reader(monkeypatch, lambda _raw: next(others, lambda: 0)())

    done = examine_messages(office.deps)

    assert done == 0
    assert previews(office, ann) == ["Hello"]
    assert len(quarantined(office)) == 1


def test_a_message_that_goes_while_it_is_read_is_let_go(office, ann, monkeypatch):
    put(office, ann, [letter("goes"), letter("stays")])

    def remove(raw):
        if b"goes" in raw:
            with office.deps.store.write() as db:
                db.execute(text("DELETE FROM messages WHERE uid = 1000"))

    Reader(monkeypatch, remove)

    done = examine_messages(office.deps)

    assert done == 1
    assert previews(office, ann) == ["stays"]


def test_a_message_that_waits_again_is_examined_anew(office, ann):
    put(office, ann, [letter("one")])
    examine_messages(office.deps)
    with office.deps.store.write() as db:
        db.execute(update(MessageRow).values(examined_at=None))

    again = examine_messages(office.deps)

    assert again == 1
    assert previews(office, ann) == ["one"]


def test_it_stops_after_the_message_that_is_being_read(office, ann, monkeypatch):
    stop = threading.Event()
    Reader(monkeypatch, lambda _raw: stop.set())
    put(office, ann, [letter("one"), letter("two")])

    done = examine_messages(office.deps, stop=stop)

    assert done == 1
    assert previews(office, ann) == ["one"]


def test_it_ends_when_its_time_is_over(office, ann, monkeypatch):
    monkeypatch.setattr(module, "BATCH_MESSAGES", 1)
    reader = Reader(monkeypatch)
    monkeypatch.setattr(office.clock, "monotonic", lambda: 40 * len(reader.read))
    put(office, ann, [letter("one"), letter("two"), letter("three")])

    done = examine_messages(office.deps, budget_s=60)

    assert done == 2


def test_it_waits_while_a_run_has_work_to_do(office, ann, monkeypatch):
    monkeypatch.setattr(module, "GIVES_WAY_S", 60)
    put(office, ann, [letter("one")])
    control, looked = RunControl(1, ann), threading.Event()
    control.holds(Busy())
    office.deps.running.add(control)
    stands_still = property(lambda _self: looked.set() or False)
    monkeypatch.setattr(Busy, "stands_still", stands_still)

    thread = threading.Thread(target=examine_messages, args=(office.deps,))
    thread.start()
    assert looked.wait(20)
    while_it_ran = previews(office, ann)
    office.deps.running.discard(1)
    thread.join(20)

    assert while_it_ran == []
    assert previews(office, ann) == ["one"]


def test_runs_without_end_do_not_starve_it(office, ann, monkeypatch):
    monkeypatch.setattr(module, "GIVES_WAY_S", 0.2)
    put(office, ann, [letter("one")])
    control = RunControl(1, ann)
    control.holds(Busy())
    office.deps.running.add(control)

    assert examine_messages(office.deps) == 1


def test_a_run_that_only_waits_for_its_server_is_not_waited_for(office, ann, monkeypatch):
    monkeypatch.setattr(module, "GIVES_WAY_S", 1000)
    put(office, ann, [letter("one")])
    office.deps.running.add(RunControl(1, ann))

    assert examine_messages(office.deps) == 1


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        (f"SELECT id, size FROM messages WHERE mailbox_id = 1 AND {WAITS} ORDER BY {NEWEST}", "="),
        (f"SELECT mailbox_id FROM messages WHERE mailbox_id > 1 AND {WAITS} LIMIT 1", ">"),
        (f"SELECT count(*) FROM messages WHERE mailbox_id = 1 AND {WAITS}", "="),
    ],
)
def test_what_waits_is_found_by_the_index_that_holds_nothing_else(office, query, bound):
    with office.deps.store.read() as db:
        plan = db.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()

    index = f"USING INDEX ix_messages_unexamined (mailbox_id{bound}?)"
    assert [line.detail for line in plan] == [f"SEARCH messages {index}"]
