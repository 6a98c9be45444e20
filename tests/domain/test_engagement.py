"""Which visits are people's and which are machines', rule by rule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.domain.engagement import AT_ONCE, Seen, by_machine

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LATER = timedelta(minutes=3)


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "Mozilla/5.0 (Linux; Android 14; CUBOT X30) AppleWebKit/537.36 Chrome/137.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    ],
)
def test_a_person(agent: str):
    assert not by_machine(Seen("email", agent, after=LATER))


@pytest.mark.parametrize(
    "agent",
    [
        "",
        " ",
        "Mozilla/5.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; BingPreview/1.0b)",
        "Barracuda Sentinel (EE)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.25.1 A",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "python-requests/2.32",
        "curl/8.5.0",
        "Java/17.0.1",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/137.0 Safari/537.36",
    ],
)
def test_a_machine_by_its_name(agent: str):
    assert by_machine(Seen("email", agent, after=LATER))


@pytest.mark.parametrize(
    ("seen", "machine"),
    [
        (Seen("email", FIREFOX, after=AT_ONCE - timedelta(microseconds=1)), True),
        (Seen("email", FIREFOX, after=AT_ONCE), False),
        (Seen("push", FIREFOX, after=timedelta(seconds=1)), False),
        (Seen("email", FIREFOX), False),
        (Seen("email", FIREFOX, prefetched=True, after=LATER), True),
        (Seen("email", FIREFOX, after=LATER, burst=True), True),
    ],
)
def test_a_machine_by_what_it_does(seen: Seen, machine: bool):
    assert by_machine(seen) is machine
