"""The pages on retention: what would go is told and nothing is written; much is asked about; names are for some."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.events.models import Event
from orchestrator.journeys.keeping.readers import readers
from orchestrator.segments.define import define
from orchestrator.segments.models import Segment
from orchestrator.workspace.models import Retention
from tests.scenarios.test_keeping import dump
from tests.studio.sample import Sample

ADD, TODAY = reverse("admin:workspace_retention_add"), reverse("admin:workspace_retention_today")


def logged(count: int, days: int) -> None:
    """So many entries of the journal, so many days old."""
    user, at = User.objects.get_or_create(username="old")[0], timezone.now() - timedelta(days=days)
    for _number in range(count):
        LogEntry.objects.create(user=user, object_repr="x", action_flag=CHANGE, action_time=at)


def test_what_would_go_today_is_counted_and_nothing_is_written(marketer: Client) -> None:
    logged(3, 100)
    logged(2, 10)
    Retention.objects.create(table="journal", days=90)
    before = dump()
    page = marketer.get(TODAY)
    lines = {line.title: line for line in page.context["lines"]}
    assert (lines["Journal of the studio"].policy, lines["Journal of the studio"].count) == (True, "3")
    assert (lines["Simulations"].policy, lines["Simulations"].count) == (False, "0")
    after = dump()
    changed = {label for label, rows in after.items() if rows != before[label]}
    assert changed <= {"auth.User", "sessions.Session"}  # the one who looks was last seen
    assert len(lines) == 26


def test_more_than_a_tenth_is_asked_about_and_a_tenth_is_not(marketer: Client) -> None:
    logged(2, 100)
    logged(9, 10)
    page = marketer.post(ADD, {"table": "journal", "days": 90})
    assert "2 of 11 rows would go at once. Tick this if that is meant." in page.text
    assert "Who changed something before is not told any more." in page.text
    assert not Retention.objects.exists()
    logged(9, 10)
    assert marketer.post(ADD, {"table": "journal", "days": 90}).status_code == 302
    assert Retention.objects.values_list("table", "days").get() == ("journal", 90)


def test_much_goes_where_it_is_meant(marketer: Client) -> None:
    logged(5, 100)
    assert marketer.post(ADD, {"table": "journal", "days": 90, "sure": "on"}).status_code == 302
    assert Retention.objects.get().days == 90


def asking(key: str, **rule: object) -> None:
    """A segment of those who ordered."""
    parsed = read_rule({"event": "order.placed", **rule})
    define(key, key, "", parsed, timezone.now())


def test_who_looks_back_further_than_events_are_kept_is_named(marketer: Client, sample: Sample) -> None:
    Segment.objects.all().delete()
    asking("often", count={"at_least": 2}, within="730 days")
    asking("lately", count={"at_least": 2}, within="90 days")
    asking("ever")
    segments = [one.key for one in readers(365) if one.kind == "segment"]
    assert segments == ["often"]
    assert [one.key for one in readers(1000) if one.kind == "segment"] == []
    Event.objects.update(received_at=timezone.now() - timedelta(days=800), pending=False)
    for number in range(9):
        Event.objects.create(
            customer=sample.customer,
            name="order.placed",
            occurred_at=timezone.now() - timedelta(days=800 + number),
            received_at=timezone.now() - timedelta(days=800),
            key=f"long-ago-{number}",
            pending=False,
        )
    page = marketer.post(ADD, {"table": "event", "days": 365}).text
    assert "These segments and journeys look back further: “often”" in page
    assert not Retention.objects.filter(table="event").exists()


def test_who_is_inactive_is_named_to_those_who_may_see_people(sample: Sample, marketer: Client) -> None:
    long_ago = timezone.now() - timedelta(days=4000)
    Customer.objects.create(external_id="quiet-1", created_at=long_ago, updated_at=long_ago)
    Retention.objects.create(table="inactive", days=3650)
    assert "quiet-1" in marketer.get(TODAY).text
    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_retention"))
    client = Client()
    client.force_login(clerk)
    page = client.get(TODAY)
    line = next(line for line in page.context["lines"] if line.title == "Inactive customers, erased")
    assert (line.people, "quiet-1" in page.text) == ((), False)


def test_the_list_says_what_has_no_policy_and_what_is_kept(marketer: Client) -> None:
    Retention.objects.create(table="mailbox", days=90)
    page = marketer.get(reverse("admin:workspace_retention_changelist"))
    assert len(page.context["without"]) == 25
    assert "mailbox" not in {one.name for one in page.context["without"]}
    assert "Kept for ever, since nobody has said for how long" in page.text
    form = marketer.get(f"{ADD}?table=event")
    assert form.context["adminform"].form.initial["days"] == 1096
    assert "The last event of each name of each person stays" in form.text
