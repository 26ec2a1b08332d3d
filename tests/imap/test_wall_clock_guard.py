import socket
import time

import pytest

from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.guard import Guard


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_deadline_never_leaves_less_than_nothing():
    deadline = Deadline.after(-5)

    assert deadline.passed
    assert deadline.remaining() == 0
    assert deadline.cap(10) > 0, "a socket time-out of 0 would mean: do not block"


def test_a_deadline_caps_a_step_and_a_step_never_moves_the_deadline():
    deadline = Deadline.after(100)

    assert deadline.cap(10) == 10
    assert deadline.within(1000) == deadline
    assert deadline.within(10).remaining() <= 10


def test_a_blocked_read_ends_when_the_deadline_passes(pair):
    ours, _ = pair
    deadline = Deadline.after(0.1)
    watch = Guard().watch(ours, deadline)

    assert ours.recv(1) == b""

    assert deadline.passed
    assert watch.expired and not watch.cancelled


def test_a_later_limit_keeps_the_socket_open_and_an_earlier_one_cuts_it(pair):
    ours, theirs = pair
    deadline = Deadline.after(1)
    watch = Guard().watch(ours, deadline)

    watch.limit(Deadline.after(60))
    time.sleep(deadline.remaining() + 0.2)
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"

    watch.limit(Deadline.after(0))
    assert ours.recv(1) == b""


def test_cancelling_cuts_at_once_and_says_who_did_it(pair):
    ours, _ = pair
    watch = Guard().watch(ours, Deadline.after(60))

    watch.cancel()

    assert ours.recv(1) == b""
    assert watch.cancelled and not watch.expired


def test_a_released_socket_is_left_alone(pair):
    ours, theirs = pair
    deadline = Deadline.after(1)
    watch = Guard().watch(ours, deadline)

    watch.release()
    time.sleep(deadline.remaining() + 0.2)

    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"
    assert not watch.cut


def test_a_socket_that_is_wrapped_after_the_cut_is_cut_as_well(pair):
    ours, theirs = pair
    watch = Guard().watch(ours, Deadline.after(60))
    watch.cancel()

    watch.follow(theirs)

    assert theirs.recv(1) == b""


def test_one_thread_looks_after_many_sockets():
    guard = Guard()
    pairs = [socket.socketpair() for _ in range(20)]

    watches = [guard.watch(ours, Deadline.after(0.1)) for ours, _ in pairs]
    ends = [ours.recv(1) for ours, _ in pairs]

    assert ends == [b""] * 20
    assert all(watch.expired for watch in watches)
    assert not guard.watches
    for ours, theirs in pairs:
        ours.close()
        theirs.close()
