"""Internal addresses as people have spelled them to get past a guard, and names that lead to them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

INSIDE_V4 = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.0.192", "198.18.0.1",
)  # fmt: skip
INSIDE_V6 = (
    "::1", "::", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "fe80::1", "fc00::1", "fd00:ec2::254",
    "fec0::1", "ff02::1", "2001:db8::1", "2001:0:53aa:64c:0:7d2b:80ff:fffe", "3fff::1", "5f00::1", "64:ff9b:1::a00:1",
    "::7f00:1", "::127.0.0.1", "100::1", "2001:20::1",
)  # fmt: skip
NAMES = (
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "intranet", "redis", "db",
    "printer.local", "vault.internal", "metadata.google.internal", "router.lan", "box.home.arpa", "a.localhost",
    "127.0.0.1.nip.io", "localtest.me", "spoofed.example.com", "xn--.example.com", "-.example.com", "a..example.com",
    ".example.com", "example.com.", "example.com..", "ex_-.example.com", "1.2.3", "1.2.3.4.5", "256.256.256.256",
)  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def hosts() -> Iterator[str]:
    """Each once, as it stands in a URL."""
    for address in INSIDE_V4:
        yield from dict.fromkeys(_v4(IPv4Address(address)))
    yield from (f"[{one}]" for one in INSIDE_V6)
    yield from (
        "[fe80::1%25eth0]",
        "[::1%251]",
        "[::ffff:127.0.0.1%25lo]",
        "[v1.127.0.0.1]",
        "[127.0.0.1]",
        "[]",
    )
    yield from NAMES


def _v4(ip: IPv4Address) -> Iterator[str]:
    a, b, c, d = ip.packed
    number = int(ip)
    yield str(ip)
    yield f"{ip}."
    yield from (str(number), f"0x{number:x}", f"0X{number:X}", f"0{number:o}", f"0000{number:o}")
    yield from (
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:03}.{b:03}.{c:03}.{d:03}",
    )
    yield from (f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}", f"0x{a:x}.{b}.0{c:o}.{d}")
    yield from (str(ip).translate(table) for table in (_FULL_WIDTH, _CIRCLED, _ARABIC))
    yield from (str(ip).replace(".", dot) for dot in ("。", "．", "%2e"))
    yield f"%{ord(str(ip)[0]):02x}{str(ip)[1:]}"
    yield from (
        f"[::ffff:{ip}]",
        f"[::FFFF:{a:02x}{b:02x}:{c:02x}{d:02x}]",
        f"[0:0:0:0:0:ffff:{ip}]",
        f"[::{ip}]",
    )
    yield from (f"[64:ff9b::{ip}]", f"[{IPv6Address(0x2002 << 112 | number << 80 | 1)}]")
    yield f"[{IPv6Address(0x26064700 << 96 | 0x5EFE << 32 | number)}]"  # ISATAP below a public prefix


def urls(port: int) -> Iterator[str]:
    """All of them as URLs, and tricks with what stands around the host."""
    yield from (f"https://{host}:{port}/" for host in hosts())
    inside = f"127.0.0.1:{port}"
    yield from (
        f"http://{inside}/", f"HTTPS://{inside}/", f"//{inside}/", f"https:{inside}", f"https:/{inside}/",
        f"https:///{inside}/", f"https:\\\\{inside}\\", f"https://user@{inside}/", f"https://user:word@{inside}/",
        f"https://hooks.example.com@{inside}/", f"https://hooks.example.com:443@{inside}/",
        f"https://{inside}#@hooks.example.com/", f"https://{inside}\\@hooks.example.com/",
        f"https://hooks.example.com\\@{inside}/", f"https://hooks.example.com%40{inside}/",
        f"https://hooks.example.com%00{inside}/", f"https://hooks.example.com\x00{inside}/",
        f"https://hooks.example.com\n{inside}/", f"https://hooks.example.com\t{inside}/",
        f"https://hooks.example.com {inside}/", f" https://{inside}/", f"https:// {inside}/", f"https://{inside} /",
        f"https://hooks.example.com,{inside}/", f"https://[::1]{inside}/", f"https://{inside}:443/",
        "https://hooks.example.com:22/", "https://hooks.example.com:25/", "https://hooks.example.com:0/",
        "https://hooks.example.com:65536/", "https://hooks.example.com:-1/", "https://hooks.example.com:/",
        "https://hooks.example.com:4４3/", "https://hooks.example.com/\r\nhost: x", "https://hooks.exämple.com/",
        "ftp://hooks.example.com/", "file:///etc/passwd", f"gopher://{inside}/", f"ws://{inside}/", "", "https://", "x",
        f"https://{'a' * 64}.example.com/", f"https://{'a.' * 200}com/", f"https://hooks.example.com/{'a' * 1000}",
        "data:,x", "javascript:1", f"jar:https://{inside}!/",
    )  # fmt: skip
