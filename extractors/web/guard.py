"""Which addresses may be connected to: checked on the very address of each connection, after every look-up."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from aiohttp.abc import AbstractResolver, ResolveResult

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")


class AddressRefused(OSError):
    """A connection was about to be made to an address that the guard does not allow."""


@dataclass(frozen=True, kw_only=True)
class GuardPolicy:
    """Allows public addresses, and those in `allow_networks`. Of the ports below 1024 only 80 and 443, and
    `allow_ports`; any port inside `allow_networks`.

    Private, loopback, link-local (cloud metadata), shared, multicast, reserved and documentation ranges are refused
    in every notation, and when they hide in IPv6 (mapped, compatible, 6to4, Teredo, NAT64).
    """

    allow_networks: tuple[str, ...] = ()
    allow_ports: frozenset[int] = frozenset((80, 443))
    _networks: tuple[IPNetwork, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_networks", tuple(ipaddress.ip_network(n) for n in self.allow_networks))

    def refusal(self, address: str, port: int) -> str | None:
        """Why a connection to that address and port is refused, or None if it is allowed."""
        try:
            ip = ipaddress.ip_address(address.split("%", 1)[0])
        except ValueError:
            return f"{address!r} is no IP address"
        if any(ip in network for network in self._networks if network.version == ip.version):
            return None
        if port < 1024 and port not in self.allow_ports:
            return f"port {port} is not for web pages"
        hidden = _embedded(ip)
        # Behind NAT64 every public IPv4 site has such an address (RFC 6052): there the hidden one decides.
        public = hidden is not None if ip in _NAT64 else _is_public(ip)
        if not public or (hidden is not None and not _is_public(hidden)):
            return f"{address} is not a public address"
        return None

    def open_socket(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A fresh socket for that address; raises AddressRefused. What aiohttp calls right before it connects."""
        family, kind, protocol, _, where = info
        reason = self.refusal(str(where[0]), int(str(where[1])))
        if reason:
            raise AddressRefused(reason)
        return socket.socket(family, kind, protocol)


def _is_public(ip: IPAddress) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def _embedded(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address carries to some gateway."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip.ipv4_mapped:
        return ip.ipv4_mapped
    if ip.sixtofour:
        return ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    if ip in _NAT64 or ip in _V4_COMPATIBLE:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


class Resolver(AbstractResolver):
    """The system's name look-up in threads of its own, so that dead names do not hold up living ones."""

    def __init__(self, threads: int = 32) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of the host, IPv4 and IPv6; raises OSError (socket.gaierror) if there are none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        )
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=str(where[0]), port=port, family=kind, proto=protocol, flags=flags)
            for kind, _, protocol, _, where in found
            if kind in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        """Gives up the threads; look-ups under way end on their own."""
        self._threads.shutdown(wait=False, cancel_futures=True)
