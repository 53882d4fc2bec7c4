"""Which addresses may be called that somebody else has chosen: only public ones, so that nobody reaches inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC = "is not a public address"
SECRETS = "is where a cloud keeps the secrets of a machine"
"""Why an address is refused; the second whatever is allowed."""
_METADATA = frozenset(
    ip_address(one) for one in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
"""Where clouds tell a machine its secrets. Never called, whatever is allowed."""
_CLOSED: tuple[Network, ...] = tuple(
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
"""Private, local, shared, reserved and for documentation (IANA's special-purpose registries; RFC 6890)."""
_NAT64 = ip_network("64:ff9b::/96")


def refused(address: str, allowed: Sequence[Network]) -> str | None:
    """Why this address may not be called; None: it may.

    allowed  networks that may be called although they are not public
    """
    ip = ip_address(address.partition("%")[0])
    every = (ip, *_inside(ip))
    if any(one in _METADATA for one in every):
        return SECRETS
    if any(_is_in(one, _CLOSED) and not _is_in(one, allowed) for one in every):
        return NOT_PUBLIC
    return None


def _is_in(ip: Address, networks: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


def _inside(ip: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for: mapped, 6to4, Teredo, NAT64 (RFC 4291, 3056, 4380, 6052)."""
    if isinstance(ip, IPv4Address):
        return ()
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(IPv4Address(ip.packed[-4:]))
    return tuple(one for one in found if one is not None)
