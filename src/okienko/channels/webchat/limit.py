"""How many chats one address may begin in an hour. Pure: the address comes as a keyed hash, the time as a value."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

HOUR: Final = timedelta(hours=1)
MOST_ADDRESSES: Final = 50_000  # remembered at once; beyond, the oldest are forgotten


def network_of(address: str) -> str | None:
    """The /24 (IPv4) or /64 (IPv6) of an address; None for loopback and for what is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return None
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


class StartLimit:
    """Remembers, in memory only, when whose last chats began. Of one process."""

    def __init__(self) -> None:
        self._begun: dict[bytes, deque[datetime]] = {}

    def seconds_to_wait(self, network: bytes, now: datetime, most: int) -> int:
        """0 and counted, when fewer than `most` chats began within the hour; else when the next one may."""
        begun = self._begun.pop(network, None) or deque[datetime]()
        while begun and now - begun[0] >= HOUR:
            begun.popleft()
        self._begun[network] = begun  # the newest come last
        if len(begun) >= most:
            return max(1, int((begun[0] + HOUR - now).total_seconds()))
        begun.append(now)
        while len(self._begun) > MOST_ADDRESSES:
            del self._begun[next(iter(self._begun))]
        return 0
