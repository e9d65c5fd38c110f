"""Who knocks, as coarsely as a limit needs to know. Pure."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network


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
