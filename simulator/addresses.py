"""Who is reachable under which address when several people claim the same one."""

from collections.abc import Callable
from typing import Protocol

from simulator.party import Party

MakeParty = Callable[[], Party]


class Registry(Protocol):
    """The exchange's list of phones: one for each address, the last registered wins."""

    def register(self, address: str, make_party: MakeParty) -> None:
        """Let this address ring that party."""

    def unregister(self, address: str) -> None:
        """Nobody answers there any more."""


class Addresses:
    """The last who came is rung; when that one leaves, the one before is rung again.

    A page that lost its connection comes back before its old one is given up, and a story may
    play an agent whose desk is open in a browser.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._holders: dict[str, list[MakeParty]] = {}

    def take(self, address: str, make_party: MakeParty) -> None:
        """Be rung from now on."""
        self._holders.setdefault(address, []).append(make_party)
        self._registry.register(address, make_party)

    def leave(self, address: str, make_party: MakeParty) -> None:
        """Not be rung any more; who has left already may leave again."""
        holders = self._holders.get(address, [])
        if make_party in holders:
            holders.remove(make_party)
        if holders:
            self._registry.register(address, holders[-1])
        elif self._holders.pop(address, None) is not None:
            self._registry.unregister(address)
