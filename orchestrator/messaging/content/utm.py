"""Links in a rendered message, told where they lead from. Our own links (unsubscribe, preferences) never are."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable

from orchestrator.domain.utm import tag

# The href of an `a` or `area`; attributes before it are stepped over, whatever their quotes hold.
_HREF = re.compile(
    r"""(<(?:a|area)(?:\s(?:[^>"']|"[^"]*"|'[^']*')*?)?\shref\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE
)
_WRITTEN = re.compile(r"https?://[^\s<>\"]+")
_CLOSING = ".,;:!?)]}'’”»…"


def tagged(query: str, ours: tuple[str, ...]) -> Callable[[str], str]:
    """What to do with a link: the query added, unless it is one of ours."""
    mine = tuple(link for link in ours if link)
    return lambda link: link if link.startswith(mine) else tag(link, query)


def tag_html(html: str, change: Callable[[str], str]) -> str:
    """The document with its links changed; one that does not change keeps its very bytes."""

    def swap(found: re.Match[str]) -> str:
        sign, written = found[2][0], found[2][1:-1]
        link = html_module.unescape(written).strip()
        after = change(link)
        return found[0] if after == link else f"{found[1]}{sign}{html_module.escape(after)}{sign}"

    return _HREF.sub(swap, html)


def tag_text(text: str, change: Callable[[str], str]) -> str:
    """The text with its links changed; a full stop or a bracket after a link is not of it."""

    def swap(found: re.Match[str]) -> str:
        link = found[0].rstrip(_CLOSING)
        return change(link) + found[0][len(link) :]

    return _WRITTEN.sub(swap, text)
