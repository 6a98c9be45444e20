"""The privacy officer's pages: the list by deadline, one request with its buttons, and the register."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers import ordered, privacy
from orchestrator.customers.erase import EraseError
from orchestrator.customers.models import Address, Customer, PrivacyComment, PrivacyRequest
from orchestrator.domain.alarms import Kind, requests
from orchestrator.journeys.alarms.facts import at_once
from orchestrator.journeys.alarms.words import say
from orchestrator.studio import privacy as told
from orchestrator.workspace import roles
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
LIST = "admin:customers_privacyrequest_changelist"


@pytest.fixture
def officer(db: None) -> Client:
    roles.set_up()
    user = User.objects.create_user("iod", password="x", is_staff=True, first_name="Irena")
    user.groups.set([Group.objects.get(name="privacy_officer")])
    client = Client()
    client.force_login(user)
    return client


def page(one: PrivacyRequest) -> str:
    return reverse("admin:customers_privacyrequest_change", args=[one.pk])


def act(client: Client, one: PrivacyRequest, name: str, **said: str) -> Any:
    return client.post(reverse("admin:customers_privacyrequest_act", args=[one.pk, name]), said)


def asked(world: World, kind: str, customer: int | None, sure: bool = True) -> PrivacyRequest:
    one = privacy.receive(kind, customer, "email", date(2026, 11, 2), "", None, world.now)
    if sure:
        privacy.check(one, "passport", None, world.now)
    return one


def row(one: PrivacyRequest) -> tuple[str, str | None, dict[str, Any]]:
    found = PrivacyRequest.objects.select_related("closed_by").get(pk=one.pk)
    return found.state, found.closed_by.username if found.closed_by else None, found.result


def test_written_down_from_the_customers_page(world: World, officer: Client) -> None:
    anna = world.person()
    customer = officer.get(reverse("admin:customers_customer_change", args=[anna])).text
    new = f"{reverse('admin:customers_privacyrequest_new')}?customer={anna}"
    assert new in customer
    assert 'value="anna"' in officer.get(new).text
    today = privacy.today(timezone.now())
    said = {
        "kind": "access",
        "came_by": "phone",
        "received_on": str(today),
        "who": "anna",
        "said": "Tell me.",
    }
    answer = officer.post(new, said)
    [one] = PrivacyRequest.objects.all()
    assert answer["Location"] == page(one)
    assert (one.kind, one.customer_id, one.came_by, one.received_on) == ("access", anna, "phone", today)
    assert (one.state, one.made_by, one.due_on > today) == ("received", User.objects.get(), True)
    assert PrivacyComment.objects.get().text == "Tell me."
    assert page(one) in officer.get(reverse("admin:customers_customer_change", args=[anna])).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "everything"}, {"came_by": "pigeon"}, {"received_on": "soon"}, {"received_on": "2999-01-01"},
        {"received_on": "1999-01-01"}, {"who": "nobody-at-all"}, {"said": "x" * 2001}, {"said": "a\0b"},
    ],
)  # fmt: skip
def test_rubbish_is_not_written_down(world: World, officer: Client, wrong: dict[str, str]) -> None:
    said = {
        "kind": "access",
        "came_by": "phone",
        "received_on": str(privacy.today(timezone.now())),
        "who": "",
    }
    answer = officer.post(reverse("admin:customers_privacyrequest_new"), said | wrong)
    assert answer.status_code == 400
    assert (PrivacyRequest.objects.count(), PrivacyComment.objects.count()) == (0, 0)


def test_the_way_to_the_button(world: World, officer: Client) -> None:
    anna = world.person()
    one = asked(world, "access", None, sure=False)
    assert "It is not known yet whose request it is." in officer.get(page(one)).text
    assert act(officer, one, "give").status_code == 403
    act(officer, one, "check", how="passport")
    assert row(one)[0] == "received"
    act(officer, one, "link", who="anna@example.com")
    assert "/act/" in officer.get(page(one)).text
    assert f"/{one.pk}/act/give/" not in officer.get(page(one)).text
    act(officer, one, "check", how="passport")
    assert f"/{one.pk}/act/give/" in officer.get(page(one)).text
    act(officer, one, "take")
    found = PrivacyRequest.objects.select_related("taken_by").get()
    assert (found.state, found.customer_id, found.identity) == ("working", anna, "passport")
    assert found.taken_by is not None
    assert [step.done for step in told.steps(found)] == [True, True, True, False]


def test_the_file_is_given_and_its_checksum_kept(world: World, officer: Client) -> None:
    anna = world.person()
    one = asked(world, "portability", anna)
    file = b"".join(act(officer, one, "give"))
    state, by, result = row(one)
    assert (state, by, result["sha256"]) == ("done", "iod", hashlib.sha256(file).hexdigest())
    assert result["rows"] > 0
    again = act(officer, one, "give")
    assert again.status_code == 403
    assert LogEntry.objects.get().change_message == "Given all that is known of them"


def test_erased_restricted_lifted_and_objected_close_it_with_what_was_done(
    world: World, officer: Client
) -> None:
    anna = world.person()
    restriction = asked(world, "restriction", anna)
    act(officer, restriction, "restrict")
    assert row(restriction) == ("done", "iod", {"restricted": True})
    assert Customer.objects.get().restricted_at is not None
    lifting = asked(world, "restriction", anna)
    assert "/act/lift/" in officer.get(page(lifting)).text
    act(officer, lifting, "lift")
    assert row(lifting) == ("done", "iod", {"lifted": True})
    assert Customer.objects.get().restricted_at is None
    objection = asked(world, "objection", anna)
    act(officer, objection, "object")
    count = ConsentRecord.objects.filter(source="objection").count()
    assert row(objection) == ("done", "iod", {"withdrawals": count})
    assert count > 0
    erasure = asked(world, "erasure", anna)
    act(officer, erasure, "erase")
    assert row(erasure) == ("done", "iod", {"erased": True})
    assert Customer.objects.get().erased_at is not None
    assert set(PrivacyRequest.objects.values_list("customer", "identity")) == {(None, "")}
    assert officer.get(page(erasure)).status_code == 200


def test_who_is_held_by_workers_is_erased_by_them(
    world: World, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = asked(world, "erasure", world.person())

    def busy(*_: object) -> None:
        raise EraseError("busy")

    monkeypatch.setattr(ordered, "erase", busy)
    act(officer, one, "erase")
    monkeypatch.undo()
    assert (row(one)[0], Customer.objects.get().erased_at) == ("working", None)
    ordered.carry_out(timezone.now() + timedelta(minutes=5))
    assert row(one) == ("done", "iod", {"erased": True})


def test_corrected_and_told_by_the_names_of_fields(world: World, officer: Client) -> None:
    anna = world.person(attributes={"age": 30})
    one = asked(world, "rectification", anna)
    email = Address.objects.get(channel="email")
    same = {"language": "en", "attribute:first_name": "Anna", f"address:{email.pk}": email.value}
    act(officer, one, "rectify", **same)
    assert row(one)[0] == "checked"  # nothing was corrected
    act(officer, one, "rectify", **{"attribute:age": "thirty"})
    assert (row(one)[0], Customer.objects.get().attributes["age"]) == ("checked", 30)
    said = {
        **same,
        "attribute:age": "31",
        "new": "city",
        "new_value": "Łódź",
        f"address:{email.pk}": "n@example.com",
    }
    act(officer, one, "rectify", **said)
    assert row(one) == ("done", "iod", {"corrected": ["age", "city", "email"]})
    assert Customer.objects.get().attributes == {"first_name": "Anna", "age": 31, "city": "Łódź"}
    assert Address.objects.get(channel="email").value == "n@example.com"
    assert "Łódź" not in str(list(LogEntry.objects.values()))


def test_refused_with_a_reason_withdrawn_or_answered_in_words(world: World, officer: Client) -> None:
    refused, gone, other = (asked(world, kind, world.person(kind)) for kind in ("access", "erasure", "other"))
    act(officer, refused, "refuse", refusal="excessive")
    assert row(refused)[0] == "checked"
    act(officer, refused, "refuse", refusal="excessive", answer="The fifth this month.")
    act(officer, gone, "withdraw", answer="They rang.")
    act(officer, other, "answer", answer="We answered their complaint.")
    rows = PrivacyRequest.objects.order_by("pk").values_list("state", "refusal", "answer")
    assert list(rows) == [
        ("refused", "excessive", "The fifth this month."),
        ("withdrawn", "", "They rang."),
        ("done", "", "We answered their complaint."),
    ]
    assert Customer.objects.filter(erased_at=None).count() == 3


def test_two_officers_at_once(world: World, officer: Client) -> None:
    one = asked(world, "restriction", world.person())
    privacy.withdraw(one, "no", None, world.now)
    assert act(officer, one, "take").status_code == 302
    assert act(officer, one, "restrict").status_code == 403
    assert (row(one)[0], Customer.objects.get().restricted_at) == ("withdrawn", None)


def test_each_deed_needs_its_own_right(world: World) -> None:
    user = User.objects.create_user("helper", password="x", is_staff=True)
    mine = ["view_customer", "view_privacyrequest", "change_privacyrequest"]
    user.user_permissions.set(Permission.objects.filter(codename__in=mine))
    client = Client()
    client.force_login(user)
    for kind, deed in (
        ("access", "give"), ("erasure", "erase"), ("restriction", "restrict"), ("objection", "object"),
        ("rectification", "rectify"),
    ):  # fmt: skip
        one = asked(world, kind, world.person(kind))
        assert act(client, one, deed).status_code == 403
        assert "You may not do what is asked for yourself" in client.get(page(one)).text
        assert row(one)[0] == "checked"
    assert client.get(reverse("admin:customers_privacyrequest_new")).status_code == 403
    assert act(client, one, "nothing_such").status_code == 404


def test_who_may_not_see_people_is_not_told_whose_it_is(world: World) -> None:
    user = User.objects.create_user("auditor", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_privacyrequest"))
    client = Client()
    client.force_login(user)
    one = asked(world, "access", world.person())
    for address in (reverse(LIST), page(one)):
        answer = client.get(address)
        assert (answer.status_code, "Anna" in answer.text) == (200, False)
    assert act(client, one, "say", text="x").status_code == 403
    assert PrivacyComment.objects.count() == 0


def test_the_list_says_what_matters(world: World, officer: Client) -> None:
    now = timezone.now()
    today = privacy.today(now)
    for days in (-3, 0, 7, 8):
        one = asked(world, "access", world.person(f"p{days}"))
        PrivacyRequest.objects.filter(pk=one.pk).update(due_on=today + timedelta(days=days))
    closed = asked(world, "access", world.person("closed"))
    PrivacyRequest.objects.filter(pk=closed.pk).update(
        state="done", closed_at=now, received_on=today - timedelta(days=9)
    )
    answer = officer.get(reverse(LIST))
    stand = [told.stands(one, today) for one in answer.context["cl"].result_list]
    assert stand == ["overdue", "soon", "soon", "open", "closed"]
    seen = answer.context["summary"]
    assert (seen.overdue, seen.soon, seen.open, seen.days) == (1, 2, 4, "9")
    assert seen.sentence.startswith("4 requests of people are open; the nearest deadline is ")
    assert seen.sentence.endswith(
        "1 is overdue. In the last 12 months half of them were answered within 9 days."
    )
    soon = f"?closed_at__isnull=True&due_on__gte={today}&due_on__lte={today + timedelta(days=7)}"
    assert soon.replace("&", "&amp;") in answer.text
    assert len(officer.get(reverse(LIST) + soon).context["cl"].result_list) == 2


def test_the_register_names_nobody_and_is_no_formula(world: World, officer: Client) -> None:
    anna = world.person("=anna")
    one = asked(world, "access", anna)
    privacy.comment(one, "=HYPERLINK(1)", None, world.now)
    privacy.refuse(one, "law", "=1+1", None, world.now)
    asked(world, "erasure", anna)
    answer = officer.get(reverse("admin:customers_privacyrequest_register"))
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert next((line["number"], line["state"], line["how it stands"]) for line in rows) == (
        str(one.pk), "refused", "answered in time",
    )  # fmt: skip
    assert rows[0]["why it was refused"] == "the law demands or allows otherwise (art. 17(3), 18(2), 21(1))"
    assert [word for word in ("anna", "HYPERLINK", "1+1", "passport") if word in text] == []
    assert "no-store" in answer["Cache-Control"]


def test_an_alarm_within_a_week_and_a_grave_one_after_the_last_day(world: World) -> None:
    today = privacy.today(world.now)
    assert requests([today + timedelta(days=8)], today) == []
    one = asked(world, "access", None, sure=False)
    for days, kind in ((7, Kind.REQUEST_DUE), (0, Kind.REQUEST_DUE), (-1, Kind.REQUEST_LATE)):
        due = today + timedelta(days=days)
        PrivacyRequest.objects.update(due_on=due)
        signs = [sign for sign in at_once(world.now) if sign.kind in (Kind.REQUEST_DUE, Kind.REQUEST_LATE)]
        assert [(sign.kind, dict(sign.evidence)) for sign in signs] == [
            (kind, {"count": 1, "due": due.isoformat()})
        ]
        assert say(signs[0].kind, "", signs[0].evidence).url == reverse(LIST)
    privacy.withdraw(one, "", None, world.now)
    assert [sign for sign in at_once(world.now) if sign.kind == Kind.REQUEST_LATE] == []
