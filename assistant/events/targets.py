"""Where webhooks may go: to the outside only. A name is resolved once, and the address that was checked is the one called."""

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from assistant.errors import InputError

TIMEOUT_S = 10.0
MOST_READ = 64 << 10
_PORTS = frozenset({443})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a receiver said: a status, or an error where it said nothing."""

    status: int | None
    error: str | None
    ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    url: httpx.URL
    address: str


def _system(host: str, port: int) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Targets:
    """Checks addresses and calls them.

    Args:
        allowed: `host` or `host:port` that may be called though it is private or has no TLS.
        resolve: addresses of a name; for tests.
    """

    def __init__(self, allowed: Sequence[str] = (), resolve: Resolve = _system) -> None:
        self._allowed = frozenset(name.strip().lower() for name in allowed if name.strip())
        self._resolve = resolve

    def check(self, url: str) -> None:
        """Raises InputError for a URL that must not be called."""
        self._target(url)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send a body; follows no redirect and reads little of the answer."""
        began = time.perf_counter()
        status, error = None, None
        try:
            target = self._target(url)
            status = self._sent(target, body, headers)
        except InputError as refused:
            error = str(refused)
        except (httpx.HTTPError, OSError) as failed:
            error = f"{type(failed).__name__}: {failed}"[:200]
        return Answer(status=status, error=error, ms=(time.perf_counter() - began) * 1000)

    def _sent(self, target: _Target, body: bytes, headers: dict[str, str]) -> int:
        named = target.url.netloc.decode()
        direct = target.url.copy_with(host=target.address)
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            request = client.build_request(
                "POST", direct, content=body, headers={**headers, "Host": named},
                extensions={"sni_hostname": target.url.host, "timeout": httpx.Timeout(TIMEOUT_S).as_dict()},
            )  # fmt: skip
            answer = client.send(request, stream=True)
            try:
                read = 0
                for chunk in answer.iter_raw(4096):
                    read += len(chunk)
                    if read > MOST_READ:
                        break
            finally:
                answer.close()
            return answer.status_code

    def _target(self, text: str) -> _Target:
        try:
            url = httpx.URL(text)
            host = url.host.lower().rstrip(".")
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise InputError(f"{text[:100]!r} is no URL.") from error
        port = url.port or (443 if url.scheme == "https" else 80)
        if not host or url.scheme not in ("https", "http") or "%" in url.netloc.decode("latin-1"):
            raise InputError(f"{text[:100]!r} is no https URL with a host.")
        if url.userinfo:
            raise InputError("A webhook URL carries no name or password.")
        is_allowed = host in self._allowed or f"{host}:{port}" in self._allowed
        if not is_allowed and (url.scheme != "https" or port not in _PORTS):
            raise InputError("A webhook needs https on port 443; EARMARK_WEBHOOK_HOSTS names exceptions.")
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise InputError(f"{host[:100]!r} has no address.") from error
        addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in found]
        if not addresses or (not is_allowed and not all(is_outside(one) for one in addresses)):
            raise InputError(
                f"{host[:100]!r} is not on the internet; EARMARK_WEBHOOK_HOSTS names exceptions."
            )
        return _Target(url=url, address=str(addresses[0]))


def is_outside(address: Address) -> bool:
    """Whether an address is global, as are those that it carries inside (mapped, 6to4, NAT64, Teredo)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_outside(ipaddress.IPv4Address(address.packed[-4:]))
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(one is not None and not is_outside(one) for one in inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved
