"""What is done in the studio, and by its commands, stands in the audit log: once, with who did it, and nobody's data."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import FrequencyCap
from orchestrator.workspace import audited
from orchestrator.workspace.models import AlarmChannel, AuditEntry, Topic, Workspace
from orchestrator.workspace.sequence import take
from tests.studio.sample import Sample


@pytest.fixture(autouse=True)
def _whole(db: None) -> Any:
    yield
    assert [str(one) for one in audited.verify()[1]] == []


def told(after: int = 0) -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(number__gt=after).order_by("number")
    return list(rows.values_list("who_name", "action", "subject", "title", "details"))


def last() -> int:
    return audited.head().number


def form(client: Client, url: str, **changed: Any) -> Any:
    """Send the form of a page as it stands, with these fields changed."""
    fields = client.get(url).context["adminform"].form
    said = {f.html_name: f.value() for f in fields}
    sent = {name: "" if value is None else value for name, value in (said | changed).items()}
    return client.post(url, {name: value for name, value in sent.items() if value is not False})


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def test_signing_in_and_out_and_failing_to(client: Client) -> None:
    User.objects.create_user("zofia", password="right", is_staff=True)
    client.post(page("login"), {"username": "hunter2 is my password", "password": "wrong"})
    client.post(page("login"), {"username": "zofia", "password": "right"})
    client.post(page("logout"))
    rows = told()
    assert [(who, action) for who, action, *_ in rows] == [
        ("", "sign_in_failed"),
        ("zofia", "signed_in"),
        ("zofia", "signed_out"),
    ]
    assert list(rows[0][4]) == ["name_hash"]
    assert len(rows[0][4]["name_hash"]) == 16
    assert "hunter2" not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_what_a_form_changes_stands_there_before_and_after(marketer: Client, sample: Sample) -> None:
    cap, before = FrequencyCap.objects.order_by("pk").first(), last()
    assert cap is not None
    url = page("messaging_frequencycap_change", cap.pk)
    most = next(name for name in ("count", "most", "maximum", "limit") if hasattr(cap, name))
    assert form(marketer, url, **{most: 7}).status_code == 302
    [(who, action, subject, _title, details)] = told(before)
    assert (who, action, subject) == ("ola", "changed", "messaging.frequencycap")
    assert details == {most: [getattr(cap, most), 7]}


def test_a_form_in_which_nothing_was_changed_is_no_deed(marketer: Client, sample: Sample) -> None:
    topic, before = Topic.objects.order_by("pk").first(), last()
    assert topic is not None
    assert form(marketer, page("workspace_topic_change", topic.pk)).status_code == 302
    assert told(before) == []


def test_made_and_deleted(marketer: Client, sample: Sample) -> None:
    before = last()
    url = page("workspace_topic_add")
    assert marketer.post(url, {"key": "news", "title_en": "News", "title_pl": "Nowości"}).status_code == 302
    made = Topic.objects.get(key="news")
    assert marketer.post(page("workspace_topic_delete", made.pk), {"post": "yes"}).status_code == 302
    assert [row[:3] for row in told(before)] == [
        ("ola", "created", "workspace.topic"),
        ("ola", "deleted", "workspace.topic"),
    ]


def test_who_is_told_of_alarms_is_named_by_no_address(marketer: Client, sample: Sample) -> None:
    channel, before = AlarmChannel.objects.order_by("pk").first(), last()
    assert channel is not None
    url = page("workspace_alarmchannel_change", channel.pk)
    assert form(marketer, url, to="boss@shop.example").status_code == 302
    [(_, action, _, _, details)] = told(before)
    assert (action, details) == ("changed", {"to": None})


def test_the_kill_switch_and_the_settings(marketer: Client, sample: Sample) -> None:
    url, before = page("workspace_workspace_change", Workspace.get().pk), last()
    for paused in (("2026-11-27", "12:00:00"), ("", "")):
        answer = form(marketer, url, paused_at_0=paused[0], paused_at_1=paused[1])
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert form(marketer, url, minimum_gap_minutes=60).status_code == 302
    rows = told(before)
    assert [row[1] for row in rows] == ["paused", "resumed", "setting_changed"]
    assert rows[2][4] == {"minimum_gap_minutes": [240, 60]}


def test_rights(marketer: Client, sample: Sample) -> None:
    user = User.objects.create_user("piotr", password="x", is_staff=True)
    group, before = Group.objects.create(name="night watch"), last()
    url = page("auth_user_change", user.pk)
    assert (
        form(marketer, url, groups=[group.pk], date_joined_0="2026-01-01", date_joined_1="10:00").status_code
        == 302
    )
    said = {"password1": "Long-enough-1", "password2": "Long-enough-1", "usable_password": "true"}
    assert marketer.post(page("auth_user_password_change", user.pk), said).status_code == 302
    rows = told(before)
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("role_changed", "auth.user", "piotr"),
        ("changed", "auth.user", "piotr"),
    ]
    assert rows[0][4]["groups"] == [[], ["night watch"]]
    assert rows[1][4] == {"password": None}


def test_ones_own_password(marketer: Client) -> None:
    before = last()
    said = {"old_password": "x", "new_password1": "Long-enough-1", "new_password2": "Long-enough-1"}
    assert marketer.post(page("password_change"), said).status_code == 302
    assert [(row[0], row[1], row[4]) for row in told(before)] == [("ola", "changed", {"password": None})]


def test_a_journeys_buttons(marketer: Client, sample: Sample) -> None:
    row, before = Journey.objects.get(key="onboarding"), last()
    Journey.objects.filter(pk=row.pk).update(status="live")
    for button in ("pause", "pause", "resume", "stop", "stop"):
        assert marketer.post(page(f"journeys_journey_{button}", row.pk)).status_code == 302
    assert [(row[0], row[1], row[2]) for row in told(before)] == [
        ("ola", "paused", "journeys.journey"),
        ("ola", "resumed", "journeys.journey"),
        ("ola", "stopped", "journeys.journey"),
    ]


@pytest.mark.parametrize(
    ("act", "action"), [("restrict", "restricted"), ("export", "exported"), ("erase", "erased")]
)
def test_a_persons_rights(marketer: Client, sample: Sample, act: str, action: str) -> None:
    anna, before = sample.customer, last()
    answer = marketer.post(page("customers_customer_right", anna.pk, act))
    assert answer.status_code in (200, 302)
    [row] = AuditEntry.objects.filter(number__gt=before).exclude(action="erasure_ordered")
    assert (row.who_name, row.action, row.subject, row.subject_id, row.title) == (
        "ola", action, "customers.customer", str(anna.pk), "",
    )  # fmt: skip
    assert row.details in ({}, {"people": 1})


def test_an_objection_and_a_lifting(marketer: Client, sample: Sample) -> None:
    take(1000)  # past those that the sample has given by hand
    before = last()
    for name, more in (("right", ["restrict"]), ("right", ["lift"]), ("object", [])):
        assert marketer.post(page(f"customers_customer_{name}", sample.customer.pk, *more)).status_code == 302
    assert [row[1] for row in told(before)] == ["restricted", "lifted", "objected"]


def test_commands_are_the_operating_systems_users(sample: Sample) -> None:
    before = last()
    call_command("erase_customer", sample.customer.external_id, "--yes", stdout=StringIO())
    call_command("links", "rotate", stdout=StringIO(), stderr=StringIO())
    rows = AuditEntry.objects.filter(number__gt=before).order_by("number")
    assert [(one.who, one.action, one.subject_id) for one in rows] == [
        ("command", "erasure_ordered", str(sample.customer.pk)),
        ("command", "erased", str(sample.customer.pk)),
        ("command", "key_rotated", ""),
    ]


def test_a_deed_that_is_taken_back_leaves_no_entry(marketer: Client, sample: Sample) -> None:
    row, before = Journey.objects.get(key="onboarding"), last()
    Journey.objects.filter(pk=row.pk).update(status="live")
    with transaction.atomic():
        marketer.post(page("journeys_journey_pause", row.pk))
        assert len(told(before)) == 1
        transaction.set_rollback(True)
    assert told(before) == []
    row.refresh_from_db()
    assert row.status == "live"


def test_nothing_of_a_customer_stands_there(marketer: Client, sample: Sample) -> None:
    anna = sample.customer
    take(1000)
    marketer.post(page("customers_customer_right", anna.pk, "export"))
    marketer.post(page("customers_customer_right", anna.pk, "restrict"))
    marketer.post(page("customers_customer_object", anna.pk))
    written = json.dumps(list(AuditEntry.objects.values()), default=str)
    values = [anna.external_id, str(anna), *anna.addresses.values_list("value", flat=True)]
    assert [value for value in values if value and value in written] == []
