"""R19: webhooks reach the internet and nothing else."""

from collections.abc import Sequence

import pytest

from assistant.errors import InputError
from assistant.events.targets import Targets

pytestmark = pytest.mark.faults

PUBLIC = "93.184.215.14"
NAMES = {
    "shop.example": [PUBLIC], "inside.example": ["10.0.0.5"], "both.example": [PUBLIC, "192.168.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"], "v6.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "nat64.example": ["64:ff9b::7f00:1"], "sixtofour.example": ["2002:7f00:1::"], "link.example": ["fe80::1%eth0"],
    "cloud.example": ["169.254.169.254"], "nowhere.example": [],
}  # fmt: skip


def resolve(host: str, _port: int) -> Sequence[str]:
    """As the system does: numbers in any notation, names by the table."""
    import socket

    if host in NAMES:
        return NAMES[host]
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        pass
    found = socket.getaddrinfo(host.strip("[]"), 443, flags=socket.AI_NUMERICHOST)
    return [str(one[4][0]) for one in found]


LOCAL = [
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001",
    "0177.0.0.1", "0177.0.0.01", "0x7f.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "localhost", "LOCALHOST", "localhost.", "ip6-localhost",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "167772161", "0xa000001",
    "012.0.0.1", "100.64.0.1", "100.127.255.255", "169.254.169.254", "169.254.0.1", "2852039166", "0xa9fea9fe", "[fe80::1]",
    "[fc00::1]", "[fd12:3456:789a::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a00:1]", "[64:ff9b::169.254.169.254]", "[2002:a00:1::]", "[2002:7f00:1::]", "[2002:c0a8:1::1]",
]  # fmt: skip
SPECIAL = [
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "[ff02::1]", "[2001:db8::1]", "[100::1]", "inside.example", "both.example", "mapped.example",
    "nat64.example", "sixtofour.example", "link.example", "cloud.example", "nowhere.example", "unknown.invalid",
]  # fmt: skip
FORMS = [
    "http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "gopher://shop.example/", "//shop.example/", "shop.example",
    "https://", "https:///x", "https://shop.example:22/", "https://shop.example:8080/", "https://shop.example:6379/",
    "https://user@shop.example/", "https://user:pass@shop.example/", "https://shop.example@127.0.0.1/", "https://127.0.0.1#@shop.example/",
    "https://[fe80::1%25eth0]/", "https://127.0.0.1%00.shop.example/", "https://127.0.0.1%2f@shop.example/", "https://[::1/", "javascript:alert(1)",
    "data:text/plain,x", "https://xn--/", "",
]  # fmt: skip
REFUSED = [*(f"https://{host}/hook" for host in (*LOCAL, *PRIVATE, *SPECIAL)), *FORMS]


def test_there_are_at_least_eighty() -> None:
    """All different."""
    assert len(set(REFUSED)) == len(REFUSED) >= 80
    print(f"R19: {len(REFUSED)} forms refused")


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_not_outside_is_refused(url: str) -> None:
    """With words, and without a connection."""
    with pytest.raises(InputError):
        Targets(resolve=resolve).check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/hook?x=1",
        "https://shop.example:443/",
        "https://v6.example/",
        f"https://{PUBLIC}/",
        "https://SHOP.example./",
    ],
)
def test_what_is_outside_passes(url: str) -> None:
    """By https, on its port."""
    Targets(resolve=lambda host, port: resolve(host.rstrip("."), port)).check(url)


def test_exceptions_are_named_one_by_one() -> None:
    """With or without a port, and no others."""
    targets = Targets(["inside.example:8080", "cloud.example"], resolve=resolve)
    targets.check("http://inside.example:8080/x")
    targets.check("http://cloud.example/x")
    for url in ("http://inside.example/", "https://10.0.0.5/", "http://inside.example:8081/"):
        with pytest.raises(InputError):
            targets.check(url)


def test_the_address_that_was_checked_is_the_one_called() -> None:
    """A name that changes its address between two looks (DNS rebinding) is looked up once."""
    looks: list[str] = []

    def changing(host: str, _port: int) -> Sequence[str]:
        looks.append(host)
        return ["192.0.2.1"] if len(looks) > 1 else ["127.0.0.1"]

    answer = Targets(resolve=changing).post("https://rebind.example/", b"{}", {})
    assert looks == ["rebind.example"]
    assert answer.status is None
    assert "not on the internet" in str(answer.error)
