import socket

import pytest

from mailboxadmin.demo.ports import LOOPBACK, free_port, refusing_port, unanswering_port


def test_a_free_port_can_be_listened_on():
    port = free_port()

    with socket.create_server((LOOPBACK, port)) as server:
        assert server.getsockname() == (LOOPBACK, port)


def test_a_refusing_port_refuses_and_is_held():
    with refusing_port() as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, port), timeout=5)
        with pytest.raises(OSError, match="in use"):
            socket.create_server((LOOPBACK, port))


def test_an_unanswering_port_lets_the_connection_time_out():
    with unanswering_port() as port, pytest.raises(TimeoutError):
        socket.create_connection((LOOPBACK, port), timeout=0.3)
