"""Every reason of the gate with its figures, and what is said where an old decision lacks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from orchestrator.studio import evidence, words
from orchestrator.studio.evidence import explain

ROOT = Path(evidence.__file__).parent.parent
AT = "2026-03-02T12:00:00+00:00"
SAID: list[tuple[str, dict[str, Any], str]] = [
    ("paused", {"what": "workspace"}, "all sending is paused"),
    ("paused", {"what": "channel"}, "sending by SMS is paused"),
    ("paused", {"what": "journey"}, "the journey is paused"),
    (
        "consent_withdrawn",
        {"changed_at": AT, "source": "import", "record": 7},
        "consent for SMS withdrawn on March 2, 2026, 1 p.m. (source: import)",
    ),
    (
        "consent_withdrawn",
        {"changed_at": "2026-04-01T12:00:00+00:00", "withdrawn_at": AT},
        "consent for SMS withdrawn on March 2, 2026, 1 p.m.",
    ),
    ("no_consent", {"channel": "sms", "purpose": "marketing"}, "consent for SMS was never given"),
    (
        "consent_pending",
        {"changed_at": AT},
        "consent for SMS was asked for on March 2, 2026, 1 p.m. and not confirmed",
    ),
    ("topic_unsubscribed", {"topic": "club"}, "the customer unsubscribed from the topic “club”"),
    ("no_address", {"channel": "sms"}, "there is no address for SMS"),
    (
        "address_invalid",
        {"why": "invalid_address"},
        "the address for SMS is not valid: the provider says the address does not exist",
    ),
    ("suppressed", {"why": "bounce"}, "the address for SMS must not be used: mail to it came back for good"),
    (
        "quiet_hours",
        {"hours": ["21:00–08:00"], "zone": "Europe/Warsaw", "zone_known_by": "country", "opens_at": AT},
        "quiet hours 21:00–08:00 in Europe/Warsaw (of their country)",
    ),
    ("quiet_hours", {"hours": [], "zone": "Europe/Warsaw"}, "quiet hours in Europe/Warsaw"),
    (
        "minimum_gap",
        {"last_at": AT, "gap_minutes": 240},
        "the last message went on March 2, 2026, 1 p.m., and 4 hours must lie between two",
    ),
    (
        "minimum_gap",
        {"last_at": AT, "gap_minutes": 90},
        "the last message went on March 2, 2026, 1 p.m., and 90 minutes must lie between two",
    ),
    (
        "capped",
        {"cap": "Week", "limit": 2, "window": "week", "sent_at": [AT, AT]},
        "2 of 2 messages in one week: March 2, 2026, 1 p.m.; March 2, 2026, 1 p.m. (cap “Week”)",
    ),
    (
        "capped",
        {"cap": "Old", "limit": 1, "sent_at": [AT]},
        "1 of 1 messages: March 2, 2026, 1 p.m. (cap “Old”)",
    ),
    (
        "over_budget",
        {
            "budget": "SMS",
            "amount": "5.0000",
            "spent": "4.9600",
            "cost": "0.0850",
            "currency": "PLN",
            "period": "month",
        },
        "4.96 PLN of 5.00 PLN are spent in one month, and this one costs 0.085 PLN (budget “SMS”)",
    ),
    (
        "over_budget",
        {"budget": "Launch", "amount": "5", "spent": "5", "cost": "1", "currency": "PLN", "period": ""},
        "5.00 PLN of 5.00 PLN are spent, and this one costs 1.00 PLN (budget “Launch”)",
    ),
    (
        "rate_limited",
        {"messages": 10, "per": "second", "provider": "smsapi"},
        "it waits its turn: 10 a second for smsapi",
    ),
    ("rate_limited", {"messages": 1, "per": "minute"}, "it waits its turn: 1 a minute for SMS"),
    (
        "outranked",
        {"winner": 12, "winner_priority": 80, "priority": 50, "slots": 1},
        "message #12 of priority 80 goes first; this one has 50",
    ),
    (
        "capped",
        {"cap": "own_limit", "limit": 1, "window": "7 days", "sent_at": [AT]},
        "1 of 1 messages in 7 days: March 2, 2026, 1 p.m. (their own wish)",
    ),
    (
        "guarded",
        {"segments": ["Open complaint", "Staff"]},
        "they are in a group that gets no marketing: “Open complaint”, “Staff”",
    ),
    (
        "complaints",
        {"complained": 4, "accepted": 1250, "counted_since": AT, "stopped_at": AT},
        "the brand's marketing by SMS is stopped since March 2, 2026, 1 p.m.: 4 of 1,250 messages were called spam"
        " (0.32%)",
    ),
    ("own_pause", {"paused_until": AT}, "they asked for no marketing until March 2, 2026, 1 p.m."),
    ("expired", {"expires_at": AT}, "its time ran out on March 2, 2026, 1 p.m."),
    (
        "stale",
        {"due_at": AT, "stale_before": AT},
        "it was due on March 2, 2026, 1 p.m., and what was due before March 2, 2026, 1 p.m. is not sent any more",
    ),
    ("holdout", {"of": "journey"}, "held out by the journey: everything else would have allowed it"),
    ("holdout", {"of": "workspace"}, "held out by the workspace: everything else would have allowed it"),
    ("render_error", {"error": "no such filter"}, "the template could not be filled in: no such filter"),
    ("vetoed", {"plugin": "acme"}, "a review refused it (plugin: acme)"),
    ("acme_says_no", {"check": 14}, "acme says no"),
]


@pytest.fixture(autouse=True)
def warsaw() -> Iterator[None]:
    with timezone.override("Europe/Warsaw"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("reason", "facts", "said"), SAID, ids=[f"{one[0]}-{n}" for n, one in enumerate(SAID)]
)
def test_a_reason_is_told_with_its_figures(reason: str, facts: dict[str, Any], said: str) -> None:
    assert explain(reason, facts, "sms") == said


def test_every_sentence_there_is_stands_above() -> None:
    assert set(evidence._SENTENCES) <= {reason for reason, _facts, _said in SAID}


@pytest.mark.parametrize(
    "reason", sorted(set(evidence._SENTENCES) - {"no_consent", "no_address", "address_invalid"})
)
def test_without_its_figures_a_reason_is_still_a_reason(reason: str) -> None:
    assert explain(reason, {}, "sms") == words.reason(reason)


@pytest.mark.parametrize(
    "broken", [{"changed_at": "yesterday"}, {"changed_at": 7}, {"changed_at": "2026-13-40T99:00"}]
)
def test_a_time_that_is_none_is_left_out(broken: dict[str, Any]) -> None:
    assert explain("consent_withdrawn", broken, "sms").startswith("consent was withdrawn (")


def test_every_code_the_engine_gives_has_words() -> None:
    """Read from its source, so that a new code without words is noticed."""
    rooms = [
        *(ROOT / "messaging").glob("*.py"),
        *(ROOT / "journeys").glob("*.py"),
        *(ROOT / "domain").glob("*.py"),
    ]
    source = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    given = set(
        re.findall(
            r"""(?:Verdict\(\s*Outcome\.\w+, |Move\(State\.\w+, |_hold\(|Ended\("exited", )"([a-z_]+)\"""",
            source,
        )
    )
    assert {"capped", "worker_died", "no_provider", "vetoed", "timed_out", "exit_rule"} <= given
    assert given - set(words.REASONS) == set()


def test_polish_has_its_own_figures() -> None:
    with translation.override("pl"):
        capped = {"cap": "Tydzień", "limit": 3, "window": "7 days", "sent_at": [AT, AT, AT]}
        assert explain("capped", capped, "sms") == (
            "3 z 3 wiadomości w ciągu 7 dni: 2 marca 2026 13:00; 2 marca 2026 13:00; 2 marca 2026 13:00"
            " (limit „Tydzień”)"
        )
        quiet = {"hours": ["21:00–08:00"], "zone": "Europe/Warsaw"}
        assert explain("quiet_hours", quiet, "sms") == "godziny ciszy 21:00–08:00, strefa Europe/Warsaw"
