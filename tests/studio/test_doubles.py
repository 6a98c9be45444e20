"""The queue of likely duplicates: what it shows, what a merge would do, and what it then did."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orchestrator.consents.models import Consent
from orchestrator.consents.record import Statement, record
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Customer
from orchestrator.duplicates.models import DuplicateSearch, LikelyDuplicate
from orchestrator.events.models import Event
from orchestrator.workspace import roles
from orchestrator.workspace.models import AuditEntry
from tests.duplicates.conftest import JAN, NOW, come, looked, pairs

LIST = "admin:duplicates_likelyduplicate_changelist"
pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db: None) -> LikelyDuplicate:
    """Jan twice: who ordered more is the younger row; each said something of his own."""
    one = come("one", email="jan.k@gmail.com", sms="+48501234567", city="Łódź", tier="gold", **JAN)
    two = come("two", email="jank+shop@googlemail.com", city="Kraków", **JAN)
    record(
        [
            Statement(one, "email", "granted", "test", recorded_at=NOW - timedelta(days=2)),
            Statement(two, "email", "withdrawn", "test", recorded_at=NOW - timedelta(days=2)),
            Statement(two, "sms", "granted", "test", recorded_at=NOW - timedelta(days=3)),
        ],
        NOW,
    )
    for number in range(2):
        Event.objects.create(
            customer_id=two, name="order.placed", occurred_at=NOW, received_at=NOW, key=f"o{number}",
            amount=Decimal("49.90"), pending=False,
        )  # fmt: skip
    for name, key, amount, order in (
        ("order.placed", "o2", "10", "A"), ("order.cancelled", "c2", None, "A"), ("order.returned", "r", "9.80", None),
    ):  # fmt: skip
        Event.objects.create(
            customer_id=two, name=name, occurred_at=NOW, received_at=NOW, key=key, pending=False,
            amount=amount and Decimal(amount), properties={"order_id": order} if order else {},
        )  # fmt: skip
    Customer.objects.filter(pk=one).update(own_limit="week")
    looked()
    return LikelyDuplicate.objects.get()


def page(pair: LikelyDuplicate) -> str:
    return reverse("admin:duplicates_likelyduplicate_change", args=[pair.pk])


def act(client: Client, pair: LikelyDuplicate, name: str, **said: Any) -> Any:
    url = reverse("admin:duplicates_likelyduplicate_act", args=[pair.pk, name])
    return client.post(url, said, follow=True)


def told(client: Client, url: str) -> dict[str, str]:
    return dict(client.get(url).context["would"])


def test_the_queue_says_who_how_likely_and_why(marketer: Client, pair: LikelyDuplicate) -> None:
    text = marketer.get(reverse(LIST)).text
    assert "Jan Kowalski · Jan Kowalski" in text
    assert "likely (90)" in text
    assert "one email address, written in two ways; the same name" in text
    assert "Last looked on" in text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", 1),
        ("?strength__exact=likely", 1),
        ("?strength__exact=possible", 0),
        ("?evidence__contains=+email_form+", 1),
        ("?evidence__contains=+email+", 0),
        ("?state__exact=merged", 0),
        ("?q=two", 1),
        ("?q=nobody", 0),
    ],
)
def test_filters_by_evidence_weight_and_state(
    marketer: Client, pair: LikelyDuplicate, asked: str, shown: int
) -> None:
    assert len(marketer.get(reverse(LIST) + asked).context["cl"].result_list) == shown


def test_who_is_not_there_any_more_is_not_in_the_queue(marketer: Client, pair: LikelyDuplicate) -> None:
    Customer.objects.filter(pk=pair.first_id).update(restricted_at=NOW)
    assert len(marketer.get(reverse(LIST)).context["cl"].result_list) == 0
    answer = marketer.get(page(pair))
    assert "there is nothing to decide now" in answer.text
    assert answer.context["may_act"] is False
    assert "These are two people" not in answer.text


def test_side_by_side_what_differs_is_marked(marketer: Client, pair: LikelyDuplicate) -> None:
    lines = {line.name: line for line in marketer.get(page(pair)).context["lines"]}
    shown = {name: (line.one, line.other, line.mark) for name, line in lines.items()}
    assert shown["city"] == ("Łódź", "Kraków", "differs")
    assert shown["last name"] == ("Kowalski", "Kowalski", "same")
    assert shown["SMS"] == ("+48501234567", "", "")
    assert shown["email"] == ("jan.k@gmail.com", "jank+shop@googlemail.com", "differs")
    assert shown["Orders"] == ("", "2 orders, of 90.00 in all", "")
    assert shown["email · marketing · My shop"] == ("granted", "withdrawn", "differs")


def test_a_blocked_address_is_said_to_be(marketer: Client, pair: LikelyDuplicate) -> None:
    suppress([Entry("email", digest("email", "jan.k@gmail.com"), "complaint")], NOW)
    lines = {line.name: line.one for line in marketer.get(page(pair)).context["lines"]}
    assert lines["email"] == "jan.k@gmail.com (blocked)"


def test_what_a_merge_would_do_is_what_it_does(marketer: Client, pair: LikelyDuplicate) -> None:
    would = told(marketer, page(pair))
    assert would["Attributes"] == "taken from the other: tier; the other's values go: city"
    assert would["email"] == "2 addresses; written to: jank+shop@googlemail.com"
    assert would["SMS"] == "1 address; written to: +48501234567"
    assert would["email · marketing · My shop"] == "withdrawn holds"
    assert would["SMS · marketing · My shop"] == "granted holds"
    assert would["At most one marketing message"] == "a week"
    assert would["Orders"] == "2 orders, of 90.00 in all"
    assert would["Journeys"] == "neither is in one"
    answer = act(marketer, pair, "merge", stays=pair.second_id)
    assert "They are merged: what was the other&#x27;s is here now." in answer.text
    stays = Customer.objects.get(pk=pair.second_id)
    assert stays.attributes == {**JAN, "city": "Kraków", "tier": "gold"}
    assert stays.own_limit == "week"
    states = Consent.objects.filter(customer=stays).values_list("channel", "state")
    assert sorted(states) == [("email", "withdrawn"), ("sms", "granted")]
    newest = stays.addresses.filter(channel="email").order_by("-id").first()
    assert newest is not None
    assert newest.value == "jank+shop@googlemail.com"
    assert Customer.objects.get(pk=pair.first_id).merged_into_id == stays.pk
    assert [row[4] for row in pairs()] == ["merged"]
    assert list(AuditEntry.objects.exclude(action="signed_in").values_list("action", flat=True)) == ["merged"]


def test_the_other_may_stay_instead(marketer: Client, pair: LikelyDuplicate) -> None:
    assert marketer.get(page(pair)).context["stays"].pk == pair.second_id  # who ordered more
    would = told(marketer, f"{page(pair)}?stays={pair.first_id}")
    assert would["Attributes"] == "the other's values go: city"
    assert marketer.get(f"{page(pair)}?stays=nobody").context["stays"].pk == pair.second_id
    act(marketer, pair, "merge", stays=pair.first_id)
    assert Customer.objects.get(pk=pair.second_id).merged_into_id == pair.first_id


def test_looking_writes_nothing(marketer: Client, pair: LikelyDuplicate) -> None:
    with CaptureQueriesContext(connection) as seen:
        marketer.get(page(pair))
    written = [one["sql"] for one in seen if one["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert written == []
    assert len(seen) <= 24


def test_two_people(marketer: Client, pair: LikelyDuplicate) -> None:
    answer = act(marketer, pair, "apart")
    assert "nobody is asked about them again" in answer.text
    assert "They are two people: somebody said so." in answer.text
    assert answer.context["would"] == []
    assert Customer.objects.filter(merged_into=None).count() == 2
    again = act(marketer, pair, "merge", stays=pair.first_id)
    assert "Nothing was done: the pair is decided" in again.text
    assert [row[4] for row in pairs()] == ["two_people"]
    assert list(AuditEntry.objects.exclude(action="signed_in").values_list("action", flat=True)) == [
        "told_apart"
    ]


def test_that_they_are_two_people_can_be_taken_back(marketer: Client, pair: LikelyDuplicate) -> None:
    again = "That was a mistake"
    assert again not in marketer.get(page(pair)).text
    assert "Nothing was done" in act(marketer, pair, "again").text
    assert again in act(marketer, pair, "apart").text
    answer = act(marketer, pair, "again")
    assert "The pair is open again." in answer.text
    assert answer.context["may_act"] is True
    pair.refresh_from_db()
    assert (pair.state, pair.decided_at, pair.decided_by) == ("open", None, None)
    noted = AuditEntry.objects.order_by("number").values_list("action", flat=True)
    assert list(noted.exclude(action="signed_in")) == ["told_apart", "asked_again"]


def test_nobody_but_the_two_can_stay_and_no_other_act_is_known(
    marketer: Client, pair: LikelyDuplicate
) -> None:
    stranger = come("stranger")
    assert act(marketer, pair, "merge", stays=stranger).status_code == 404
    assert act(marketer, pair, "merge").status_code == 404
    assert act(marketer, pair, "explode").status_code == 404
    assert [row[4] for row in pairs()] == ["open"]


def test_only_by_post(marketer: Client, pair: LikelyDuplicate) -> None:
    url = reverse("admin:duplicates_likelyduplicate_act", args=[pair.pk, "apart"])
    assert marketer.get(url).status_code == 405


@pytest.mark.parametrize(
    ("role", "sees", "acts"),
    [("marketer", 200, 403), ("analyst", 403, 403), ("developer", 403, 403), ("privacy_officer", 200, 302)],
)
def test_who_sees_and_who_decides(pair: LikelyDuplicate, role: str, sees: int, acts: int) -> None:
    roles.set_up()
    user = User.objects.create_user("ewa", is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    client = Client()
    client.force_login(user)
    for url in (page(pair), reverse(LIST)):
        answer = client.get(url)
        assert answer.status_code == sees
        if sees == 403:
            assert "gmail" not in answer.text
    assert ("These are two people" in client.get(page(pair)).text) is (acts == 302)
    url = reverse("admin:duplicates_likelyduplicate_act", args=[pair.pk, "apart"])
    assert client.post(url).status_code == acts
    assert client.post(reverse("admin:duplicates_likelyduplicate_look")).status_code == acts


def test_looking_is_asked_for_by_a_button(marketer: Client) -> None:
    assert "Nobody has looked for duplicates yet" in marketer.get(reverse(LIST)).text
    text = marketer.post(reverse("admin:duplicates_likelyduplicate_look"), follow=True).text
    assert "Workers look through everybody now" in text
    assert "Workers are looking: 0 people read" in text
    assert DuplicateSearch.objects.count() == 1


def test_crowds_are_told_where_they_might_be_somebodys(marketer: Client) -> None:
    for number in range(7):
        come(f"p{number}", push="tablet", email=f"jan.{number}@a.pl", **JAN)
    looked()
    text = marketer.get(reverse(LIST)).text
    assert "Shared by more than 6 rows (a device): 1, by 7 rows in all." in text
    assert "how the email begins" not in text


def test_what_is_in_a_name_is_escaped(marketer: Client) -> None:
    come("one", sms="+48501234567", first_name="<b>Jan", last_name="K")
    come("two", sms="+48501234567", first_name="<b>Jan", last_name="K")
    looked()
    text = marketer.get(page(LikelyDuplicate.objects.get())).text
    assert "<b>Jan" not in text
    assert "&lt;b&gt;Jan" in text
