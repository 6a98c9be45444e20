"""COUNTED: links of a message whose clicks we count, and the picture that counts its opens.

The render process, which has no keys, puts a mark with a number where such a link stood, and lists the links; the worker
puts our links into the marks. No text has a sign like the mark's: templates' output is rid of controls before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

MARK = "\x02"
LONGEST = (
    2_000  # characters of a link that is counted, as it is sent; what is longer leads straight where it leads
)
_PLAIN = "/#%[]=:;$&()+,!?*@'~"
_END = "</body>"
_PIXEL = '<img src="%s" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
_OUR_PIXEL = re.compile(re.escape(_PIXEL).replace("%s", r"[^\s\"]+"))


class Links:
    """The links of one message as they are met: each once, in order."""

    def __init__(self, change: Callable[[str], str], ours: tuple[str, ...]) -> None:
        self._change, self._ours = change, ours
        self._left: set[str] = set()
        self._places: dict[str, int] = {}

    @property
    def found(self) -> list[str]:
        """Where each mark's link leads, by its number."""
        return list(self._places)

    def mark(self, link: str) -> str:
        """The mark in place of a link, or the link where it is not counted."""
        after = self._change(link)
        if link.startswith(self._ours) or after in self._left or not can_be_followed(after):
            return after
        place = self._places.setdefault(after, len(self._places))
        return f"{MARK}{place}{MARK}"

    def leave(self, link: str) -> str:
        """A link that its author wants uncounted; where the same stands in the text, it is too."""
        after = self._change(link)
        self._left.add(after)
        return after


@lru_cache(maxsize=1024)  # most links of a template are everybody's
def can_be_followed(link: str) -> bool:
    """Whether a browser can be sent there: a whole web address, and not an endless one."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    return whole and link.isprintable() and " " not in link and len(quote(link, safe=_PLAIN)) <= LONGEST


def fill(text: str, links: Sequence[str]) -> str:
    """The text with a link in place of each mark."""
    if MARK not in text:
        return text
    pieces = text.split(MARK)
    pieces[1::2] = [links[int(place)] for place in pieces[1::2]]
    return "".join(pieces)


def with_pixel(html: str, address: str) -> str:
    """The document with a picture at its end that nobody sees."""
    head, end, tail = html.rpartition(_END)
    return f"{head}{_PIXEL % address}{end}{tail}" if end else html + _PIXEL % address


def without_pixel(html: str) -> str:
    """The document for a look at it by us, which is no opening."""
    return _OUR_PIXEL.sub("", html)
