"""Tables of counts for whoever only looks at numbers: what is hidden cannot be had from a total, a bar, a share or a lift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from orchestrator.domain.pressure import Pressure
from orchestrator.studio import compared, hours, launched, living, pressed, simulated, small, uplift
from orchestrator.studio.cells import cells, charted, divided, listed, parted
from orchestrator.studio.uplift import Group, Measured
from tests.studio.matrix import TABLE


@pytest.fixture
def hides() -> Iterator[None]:
    """The reader is somebody from whom small numbers are hidden."""
    token = small._hides.set(True)
    yield
    small._hides.reset(token)


def test_who_may_see_people_sees_every_number() -> None:
    told = listed({"a": 1, "b": 3, "c": 40})
    assert told.gone == frozenset()
    assert [told.say(name) for name in ("a", "b", "c", "all")] == ["1", "3", "40", "44"]
    assert (told.share("b", "all"), told.length("b", "abc")) == ("6.8%", 8)


@pytest.mark.usefixtures("hides")
def test_a_hidden_number_takes_another_with_it_and_neither_has_a_share_or_a_bar() -> None:
    told = listed({"a": 3, "b": 40, "c": 50, "none": 0})
    said = {name: told.say(name) for name in told.counts}
    assert said == {"a": "hidden", "b": "hidden", "c": "50", "none": "0", "all": "93"}
    assert [told.share(name, "all") for name in "abc"] == ["–", "–", "53.8%"]
    assert [told.length(name, "abc") for name in "abc"] == [0, 0, 100]


@pytest.mark.usefixtures("hides")
def test_a_part_is_hidden_where_few_are_left_of_the_whole() -> None:
    told = parted(97, 100)
    assert [told.say("part"), told.say("whole"), told.share("part", "whole")] == ["hidden", "100", "–"]
    two = divided(100, {"met": 97, "done": 50})
    assert [two.say("met"), two.say("done"), two.say("whole")] == ["hidden", "50", "100"]
    assert launched._of(97, 100) == "hidden (–)"
    assert launched._of(50, 100) == "50 (50.0%)"


@pytest.mark.usefixtures("hides")
def test_bars_of_parts_cannot_be_told_from_their_sums() -> None:
    told = charted({"mon": {"email": 90, "sms": 2}, "tue": {"email": 70}})
    assert told.gone == {("mon", "sms"), ("mon", "email")}
    bars = simulated._bars(
        [
            {"when": "mon", "channel": "email", "messages": 90},
            {"when": "mon", "channel": "sms", "messages": 2},
            {"when": "tue", "channel": "email", "messages": 1},
        ],
        str,
    )
    assert [(bar.shown, bar.share) for bar in bars] == [("hidden", 0), ("hidden", 0)]
    hour = datetime(2026, 3, 2, 12, tzinfo=UTC)
    lines = hours._bars(Counter({(hour, "sent"): 80, (hour, "held"): 3, (hour, "planned"): 60}))
    assert [(bar.shown, bar.parts) for bar in lines] == [("143", "80 sent, hidden planned, hidden held")]


@pytest.mark.usefixtures("hides")
def test_people_by_messages_at_the_page_of_pressure() -> None:
    bars = pressed._bars(Pressure(Counter({0: 60, 1: 40, 2: 3})))
    assert [(bar.shown, bar.share, bar.parts) for bar in bars[:3]] == [
        ("60", 100, "58.3%"), ("hidden", 0, "–"), ("hidden", 0, "–"),
    ]  # fmt: skip


@pytest.mark.usefixtures("hides")
def test_a_sparkline_draws_few_as_nobody() -> None:
    today = date(2026, 3, 28)
    few = living.spark({today: 9, today - timedelta(days=1): 4}, today)
    nobody = living.spark({today: 9}, today)
    assert few == nobody


@pytest.mark.usefixtures("hides")
def test_a_lift_that_would_tell_a_hidden_number_is_not_told() -> None:
    tells = Measured(Group(500, 50), Group(100, 3))
    told = Measured(Group(500, 50), Group(100, 8))
    assert list(uplift.lifts({1: tells, 2: told})) == [2]


@pytest.mark.usefixtures("hides")
def test_the_difference_of_two_simulations_is_hidden_with_one_of_them() -> None:
    line = compared._line("sent", 100, 97)
    assert (line.this, line.other, line.difference) == ("100", "hidden", "+hidden")


@pytest.mark.usefixtures("hides")
def test_alone_a_small_number_says_how_small() -> None:
    assert cells({"a": 3}).say("a") == "hidden"
    assert (small.hidden(3), small.hidden(5), small.hidden(0)) == (True, False, False)


def test_no_page_and_no_api_gives_an_analyst_or_a_developer_rows_by_customer() -> None:
    rows = [line.split() for line in TABLE.read_text().splitlines() if line and line[0] != "#"]
    head = rows[0]
    told = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows[1:]}
    tables = (
        "customers_customer", "customers_address", "customers_identity", "events_event", "loyalty_pointsentry",
        "segments_membership", "segments_score",
        "consents_consent", "consents_consentrecord", "consents_suppression", "journeys_enrollment", "journeys_steprun",
        "journeys_doorstep", "journeys_entrytimer", "messaging_message", "messaging_messagebody", "messaging_decision",
        "messaging_deliveryattempt", "messaging_mailboxmessage", "messaging_receipt",
    )  # fmt: skip
    by_name = tuple(f"admin:{table}_" for table in tables)
    personal = {url: row for url, row in told.items() if url.startswith((*by_name, "customer_"))}
    assert len(personal) > 80
    seen = {url: who for url, row in personal.items() for who in ("analyst", "developer") if row[who] != "."}
    assert seen == {}
    # Whose numbers are of single steps, people or stairs, and are not hidden, is open to those who see people alone.
    whole = ("canvas", "canvas_numbers", "publish", "send_once", "migrate")
    assert {told[f"admin:journeys_journey_{name}"]["analyst"] for name in whole} == {"."}


@pytest.mark.usefixtures("hides")
def test_a_small_part_whose_rest_is_not_shown_says_how_small() -> None:
    told = parted(3, 100)
    assert [told.say("part"), told.say("whole"), told.share("part", "whole")] == ["<5", "100", "–"]
