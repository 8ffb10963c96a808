"""IP addresses that callers' URLs may lead to: those that IANA lists as globally reachable.

Python's `is_global` is no substitute: its blocks depend on the version of the interpreter. 3.11 calls most of
192.0.0.0/24, and 192.88.99.0/24, 2002::/16, 3fff::/20 and fec0::/10 public.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA's IPv4 Special-Purpose Address Registry (RFC 6890 and later), without blocks that are globally reachable.
NOT_PUBLIC_IPV4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local; metadata of cloud machines
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # IETF protocol assignments; metadata of some clouds
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, deprecated
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved; the broadcast address
        ),
    )
)

# IANA has assigned global unicast addresses from this block only; all others are special or not assigned.
_GLOBAL_UNICAST_IPV6 = IPv6Network("2000::/3")
NOT_PUBLIC_IPV6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ),
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")  # the last 32 bits are an IPv4 address


def is_public(address: str) -> bool:
    """Return whether an IP address is publicly routable, also when it is an IPv4 address embedded in IPv6.

    Raises:
        ValueError: It is no IP address.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (embedded := _embedded_ipv4(ip)):
        ip = embedded
    if isinstance(ip, IPv4Address):
        return not any(ip in block for block in NOT_PUBLIC_IPV4)
    return ip in _GLOBAL_UNICAST_IPV6 and not any(ip in block for block in NOT_PUBLIC_IPV6)


def _embedded_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped:
        return ip.ipv4_mapped
    # NAT64, and the long outdated "IPv4-compatible" ::a.b.c.d
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 or int(ip) < 2**32 else None
