"""ENGAGEMENT: whether somebody opened a message or followed its link, or a machine did. Pure.

Mail servers and phones look at what comes before its reader does. No rule tells all of them from people; each of these is
one that people seldom meet. What is taken for a person's though it was a machine's is the price of not losing people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

AT_ONCE = timedelta(seconds=5)  # after it left, an email is read by whoever checks it
BURST = timedelta(seconds=2)  # in which no person follows two links
APPLES_PROXY = "Mozilla/5.0"  # and no more; it loads the pictures of every email, read or not
_MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scan|preview|headless|proofpoint|barracuda|mimecast|symantec|cloudmark|trendmicro"
    r"|fortinet|sophos|urldefense|safelinks|google-safety|facebookexternalhit|\bwhatsapp/|python|curl/|wget|^java/"
    r"|go-http-client|libwww|httpclient|axios|node-fetch",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request for a link or a picture. `after`: how long after the message left; None where that is not known.

    `prefetched`: the browser says that nobody has asked for it yet. `burst`: another link of the same message was
    followed within BURST before.
    """

    channel: str
    agent: str = ""
    prefetched: bool = False
    after: timedelta | None = None
    burst: bool = False


def by_machine(seen: Seen) -> bool:
    """Whether nobody did it. Pictures that Google's and Yahoo's proxies fetch are fetched for a reader."""
    agent = seen.agent.strip()
    if seen.prefetched or seen.burst or agent in ("", APPLES_PROXY) or _MACHINES.search(agent):
        return True
    return seen.channel == "email" and seen.after is not None and seen.after < AT_ONCE
