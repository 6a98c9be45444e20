"""Ready segments: each runs on the sample shop and names somebody, or says why nobody; one click brings one in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orchestrator.customers.save import save
from orchestrator.demo import shop
from orchestrator.demo.tale import Newcomer, Tale
from orchestrator.domain.definition import read_rule
from orchestrator.events.record import NewEvent, record
from orchestrator.journeys.yaml import read
from orchestrator.segments.define import read_segment_rule
from orchestrator.segments.models import ScoreBasis, Segment
from orchestrator.segments.ready_list import KINDS, READY
from orchestrator.segments.scoring.score import score, want
from orchestrator.sources import tickets
from orchestrator.studio import words
from orchestrator.studio.ready import Shown, read_ready

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Of whom a shop knows nobody that records orders and looks and nothing more, and what it says.
NOBODY = {
    "stage_abandoned": "Everything it asks is known, and it is true of nobody now.",
    "price_sensitive": "Everything it asks is known, and it is true of nobody now.",
    "seasonal": "Of nobody is this known: season they buy in.",
    "mobile": "Of nobody is this known: device.",
    "from_ads": "Of nobody is this known: first source of traffic.",
    "from_newsletter": "Of nobody is this known: last source of traffic.",
    "open_ticket": "Nobody has the attribute “open tickets”.",
    "told_their_interest": "Nobody has the attribute “interest”.",
    "buys_as_gifts": "Nobody has the attribute “buys for”.",
}
PLAIN = {"customer.signed_up", "product.viewed", "order.placed"}
pytestmark = pytest.mark.django_db


def live(tale: Tale) -> None:
    """The people of a tale and what they did, as history, scored."""
    ids = save([one.person for one in tale.newcomers], NOW).ids
    known = {str(one.person.external_id): id_ for one, id_ in zip(tale.newcomers, ids, strict=True)}
    events = [
        NewEvent(known[act.who], act.name, act.at, act.key, act.amount, act.properties or {}, True)
        for act in tale.acts
        if act.at <= NOW
    ]
    record(events, NOW)
    tickets.count(ids, NOW)
    want(NOW)
    while score(NOW):
        pass


def plain(tale: Tale) -> Tale:
    """The same in a shop that asks nobody anything, and tells of an order nothing but its number."""
    acts = [
        replace(
            act, properties={name: act.properties[name] for name in ("order_id",) if name in act.properties}
        )
        for act in tale.acts
        if act.name in PLAIN and act.at > NOW - timedelta(days=270)  # no season comes twice
    ]
    newcomers = [
        replace(one, person=replace(one.person, attributes=asked_nothing(one))) for one in tale.newcomers
    ]
    return replace(tale, newcomers=newcomers, acts=acts)


def asked_nothing(one: Newcomer) -> dict[str, Any]:
    return {
        name: said for name, said in one.person.attributes.items() if name not in ("interest", "buys_for")
    }


def read_in_english() -> dict[str, Shown]:
    with translation.override("en"):
        return {one.key: one for _title, segments in read_ready(NOW) for one in segments}


def test_each_names_somebody_in_the_sample_shop() -> None:
    live(shop.tell(300, 4, NOW, 1))
    shown = read_in_english()
    assert set(shown) == {one.key for one in READY}
    assert [key for key, one in shown.items() if one.nobody or one.count == words.people(0)] == []


def test_each_names_somebody_or_says_why_nobody() -> None:
    live(plain(shop.tell(300, 4, NOW, 1)))
    shown = read_in_english()
    assert set(shown) == {one.key for one in READY}
    assert {key: one.nobody for key, one in shown.items() if one.nobody} == NOBODY
    assert {key for key, one in shown.items() if one.count == words.people(0)} == set(NOBODY)


def test_before_scores_are_computed_the_page_says_so() -> None:
    with translation.override("en"):
        shown = {one.key: one.nobody for _title, segments in read_ready(NOW) for one in segments}
    assert shown["clv_top"] == "No scores were computed yet: bringing it in begins them."
    assert shown["looked_not_bought"] == "No event product.viewed has come yet."
    assert all(shown.values())


def test_each_has_a_kind_an_aim_and_a_reason_and_a_key_of_its_own() -> None:
    assert len({one.key for one in READY}) == len(READY) == 27
    assert {one.kind for one in READY} == {kind for kind, _title in KINDS}
    for one in READY:
        assert all(str(said).endswith(".") for said in (one.aim, one.why)), one.key
        assert read_rule(one.rule).plain()


def test_one_click_brings_one_in_and_a_second_says_that_it_is_there(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:segments_segment_ready"))
    assert page.status_code == 200
    assert b"Bring it in" in page.content
    url = reverse("admin:segments_segment_bring", args=["churn_risk"])
    answer = admin_client.post(url)
    made = Segment.objects.get()
    assert (made.key, made.title, answer.status_code) == ("churn_risk", "Probably gone", 302)
    assert read_segment_rule(read(made.source), made.key).plain() == made.rule
    assert made.aim == "Win-back while it is not too late."
    assert ScoreBasis.objects.count() == 1
    assert LogEntry.objects.count() == 1
    again = admin_client.post(url)
    assert (Segment.objects.count(), LogEntry.objects.count()) == (1, 1)
    told = [str(one) for one in get_messages(again.wsgi_request)]
    assert told[-1] == "There is a segment with the key “churn_risk” already: choose another."
    assert admin_client.get(url).status_code == 405
    assert admin_client.post(reverse("admin:segments_segment_bring", args=["none"])).status_code == 302
