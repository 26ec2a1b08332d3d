"""What the local provider is told to do wrong, and for how long."""

import threading
from dataclasses import dataclass

from mailboxadmin.demo.provider_values import Endpoint, Fault
from mailboxadmin.domain.oauth import AppKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One fault, and whom it meets."""

    fault: Fault
    at: Endpoint
    #: None: at both providers.
    key: AppKey | None
    #: None: whoever asks.
    address: str | None

    def concerns(self, at: Endpoint, key: AppKey, address: str) -> bool:
        """Whether a request there, about that account, meets it."""
        here = self.at is at and self.key in (None, key)
        return here and (self.address is None or self.address.lower() == address.lower())


class Faults:
    """Orders that hold once, in turn, and orders that hold until `heal`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._once: list[Order] = []
        self._always: list[Order] = []
        self._healed = threading.Event()

    def next(self, order: Order) -> None:
        """It holds for one request, after those that were ordered before."""
        with self._lock:
            self._once.append(order)

    def always(self, order: Order) -> None:
        """It holds until `heal`, behind those for one request; a later one comes first."""
        with self._lock:
            self._always.insert(0, order)

    def heal(self) -> None:
        """Forget all orders, and let go of connections that hang."""
        with self._lock:
            self._once.clear()
            self._always.clear()
            self._healed.set()
            self._healed = threading.Event()

    def until_healed(self) -> threading.Event:
        """Is set by the next `heal`."""
        with self._lock:
            return self._healed

    def take(self, at: Endpoint, key: AppKey, address: str) -> Fault | None:
        """The fault to play now; None when nothing is ordered."""
        with self._lock:
            for order in self._once:
                if order.concerns(at, key, address):
                    self._once.remove(order)
                    return order.fault
            lasting = (order for order in self._always if order.concerns(at, key, address))
            return next((order.fault for order in lasting), None)
