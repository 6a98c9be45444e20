"""Links in a rendered message, told where they lead from. Our own links (unsubscribe, preferences) never are."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from orchestrator.domain import utm

_OPENS = re.compile(r"<(?:a|area)(?=[\s/])", re.IGNORECASE)
# A name and, after "=", its value, as browsers read them: what is read is never read again, so that a document takes
# as long as it is long.
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s=>/]++)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>"'][^\s>]*+))?+""")
_WRITTEN = re.compile(r"https?://[^\s<>\"]+")
NO_TRACK = "data-no-track"
_CLOSING = ".,;:!?)]}'’”»…"


@lru_cache(maxsize=1024)  # most links of a template are everybody's
def tag(link: str, query: str) -> str:
    """The link with the query added."""
    return utm.tag(link, query)


def tagged(query: str, ours: tuple[str, ...]) -> Callable[[str], str]:
    """What to do with a link: the query added, unless it is one of ours."""
    mine = tuple(link for link in ours if link)
    return lambda link: link if link.startswith(mine) else tag(link, query)


def tag_html(html: str, change: Callable[[str], str], left: Callable[[str], str] | None = None) -> str:
    """The document with its links changed; one that does not change keeps its very bytes.

    `left`: how links are changed whose element says `data-no-track`, if not as all others.
    """
    parts, end = [], 0
    for start, stop, is_left in _hrefs(html, left is not None and NO_TRACK in html):
        link = html_module.unescape(html[start:stop]).strip()
        after = left(link) if left is not None and is_left else change(link)
        if after != link:
            parts += [html[end:start], html_module.escape(after)]
            end = stop
    return "".join([*parts, html[end:]])


def _hrefs(html: str, looking: bool) -> Iterator[tuple[int, int, bool]]:
    """Where the quoted href of each `a` or `area` begins and ends, without its quotes, and whether it says NO_TRACK."""
    at = 0
    while opens := _OPENS.search(html, at):
        at, found, says = opens.end(), None, False
        while (looking or found is None) and (attribute := _ATTRIBUTE.match(html, at)):
            at = attribute.end()
            name, value = attribute[1].lower(), attribute[2]
            says = says or name == NO_TRACK
            if found is None and name == "href" and value is not None and value[0] in "\"'":
                found = attribute.start(2) + 1, attribute.end(2) - 1
        if found is not None:
            yield *found, says


def tag_text(text: str, change: Callable[[str], str]) -> str:
    """The text with its links changed; a full stop or a bracket after a link is not of it."""

    def swap(found: re.Match[str]) -> str:
        link = found[0].rstrip(_CLOSING)
        return change(link) + found[0][len(link) :]

    return _WRITTEN.sub(swap, text)
