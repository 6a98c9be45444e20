"""UTM: what a web shop's statistics learn from a link: `utm_campaign={journey}&…`, by the workspace's pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit

DEFAULT = "utm_source={brand}&utm_medium={channel}&utm_campaign={journey}&utm_content={step}"
WORDS = ("brand", "campaign", "channel", "journey", "step", "topic", "variant")
LONGEST = 300
_PAIR = re.compile(r"([a-z][a-z0-9_]{0,39})=((?:[A-Za-z0-9._~-]|\{[a-z]+\})+)", re.ASCII)
_WORD = re.compile(r"\{([a-z]+)\}")


def parse_pattern(pattern: str) -> tuple[tuple[str, str], ...]:
    """Names and values as they are written; ValueError that says what is wrong with which part."""
    pairs: list[tuple[str, str]] = []
    for part in pattern.split("&") if pattern else []:
        found = _PAIR.fullmatch(part)
        if found is None:
            raise ValueError(f"“{part[:60]}” is not a name and a value, such as utm_campaign={{journey}}")
        unknown = [word for word in _WORD.findall(found[2]) if word not in WORDS]
        if unknown:
            raise ValueError(f"“{{{unknown[0]}}}” is not known; use {', '.join(f'{{{w}}}' for w in WORDS)}")
        if found[1] in dict(pairs):
            raise ValueError(f"“{found[1]}” is written twice")
        pairs.append((found[1], found[2]))
    return tuple(pairs)


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with its words filled in, as it stands in a link; a pair whose word is empty is left out."""
    return _filled(pattern, tuple(values.items()))


@lru_cache(maxsize=1024)  # all messages of a step say the same
def _filled(pattern: str, items: tuple[tuple[str, str], ...]) -> str:
    values = dict(items)
    return "&".join(
        f"{name}={_WORD.sub(lambda word: quote(values[word[1]], safe=''), value)}"
        for name, value in parse_pattern(pattern)
        if all(values.get(word) for word in _WORD.findall(value))
    )


def tag(link: str, query: str) -> str:
    """The link with those pairs of the query whose names it has not yet; not http(s) is left as it is.

    What the author wrote stays byte for byte; the pairs go before a `#`.
    """
    try:
        parts = urlsplit(link)
        written = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    except ValueError:
        return link
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return link
    added = "&".join(pair for pair in query.split("&") if pair and pair.partition("=")[0] not in written)
    if not added:
        return link
    head, mark, fragment = link.partition("#")
    joint = "?" if "?" not in head else "" if head.endswith(("?", "&")) else "&"
    return f"{head}{joint}{added}{mark}{fragment}"
