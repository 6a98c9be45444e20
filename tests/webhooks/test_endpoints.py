"""Endpoints are switched off by their answers and on by people; tests and second tellings; what stays and what goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orchestrator.customers.exporting import registered as tables
from orchestrator.customers.merge import Pair, merge
from orchestrator.domain.alarms import Kind as AlarmKind
from orchestrator.domain.webhooks import FAILING
from orchestrator.journeys.alarms.facts import at_once
from orchestrator.journeys.alarms.words import say
from orchestrator.journeys.keeping.dry import look
from orchestrator.webhooks import endpoints
from orchestrator.webhooks.listening import listening
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.resend import resend, resend_given_up
from orchestrator.webhooks.trial import send_test
from orchestrator.workspace.models import AuditEntry, Retention, Workspace
from tests.scenarios.world import World
from tests.webhooks.conftest import Make, happen, now, tell
from tests.webhooks.receiver import Receiver, Reply
from tests.webhooks.test_telling import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _workspace(db: None) -> None:
    Workspace.get()


def alarms() -> list[tuple[str, Any]]:
    return [(one.subject, one.evidence["why"]) for one in at_once(now()) if one.kind is AlarmKind.WEBHOOK]


def test_one_that_wants_no_more_is_switched_off_with_an_alarm(endpoint: Make, receiver: Receiver):
    row = endpoint()
    happen(1)
    receiver.reply = Reply(410)
    tell()
    assert rows("state", "code") == [("given_up", 410)]
    row.refresh_from_db()
    assert (row.enabled, row.off_why, row.off_at is not None) == (False, "gone", True)
    assert alarms() == [(str(row.pk), "gone")]
    (sign,) = (one for one in at_once(now()) if one.kind is AlarmKind.WEBHOOK)
    assert "“CRM” is switched off" in say(sign.kind, sign.subject, sign.evidence).text
    assert happen(1) == []
    assert AuditEntry.objects.filter(action="changed", title="CRM", who="system").count() == 1


def test_what_was_due_waits_for_one_that_is_off_and_is_told_once_it_is_on(endpoint: Make, receiver: Receiver):
    row = endpoint()
    (first,) = happen(1)
    WebhookEndpoint.objects.update(failing_since=now() - FAILING)
    receiver.replies = [Reply(500)]
    tell()
    row.refresh_from_db()
    assert (row.enabled, row.off_why, alarms()) == (False, "failing", [(str(row.pk), "failing")])
    assert tell(days=1) == 0
    row.enabled = True
    endpoints.change(row, now())
    row.refresh_from_db()
    assert (row.enabled, row.off_why, row.off_at, row.failing_since, alarms()) == (True, "", None, None, [])
    (second,) = happen(1)
    assert tell(days=1) == 2
    assert (receiver.ids[0], sorted(receiver.ids[1:])) == (
        first,
        sorted([first, second]),
    )  # in no promised order


def test_one_that_somebody_switched_off_raises_no_alarm_and_its_late_answers_change_nothing(
    endpoint: Make, receiver: Receiver
):
    row = endpoint()
    happen(1)
    row.enabled = False
    endpoints.change(row, now())
    assert (tell(), receiver.heard, alarms(), happen(1)) == (0, [], [], [])
    assert WebhookEndpoint.objects.values_list("off_why", flat=True).get() == ""


def test_a_form_that_was_open_for_long_overwrites_nothing_that_workers_wrote(
    endpoint: Make, receiver: Receiver
):
    row = endpoint()
    endpoints.rotate(row, now(), None)
    WebhookEndpoint.objects.update(failing_since=now())
    before = WebhookEndpoint.objects.values("secret", "previous_secret", "failing_since").get()
    row.name = "CRM of Kraków"
    endpoints.change(row, now())
    assert WebhookEndpoint.objects.values("secret", "previous_secret", "failing_since").get() == before
    assert WebhookEndpoint.objects.get().name == "CRM of Kraków"


def test_a_test_is_called_at_once_logged_and_never_tried_again(endpoint: Make, receiver: Receiver):
    row = endpoint(enabled=False)
    receiver.replies = [Reply(500, body=b"no"), Reply(200, body=b"ok")]
    assert not send_test(row, now(), None).answer.good
    assert send_test(row, now(), None).answer.good
    assert receiver.kinds == ["webhook.test"] * 2
    assert rows("kind", "state", "code", "answer", "attempts") == [
        ("webhook.test", "given_up", 500, "no", 1),
        ("webhook.test", "told", 200, "ok", 1),
    ]
    assert WebhookEndpoint.objects.filter(failing_since=None).count() == 1
    assert resend(rows("pk"), now(), None) == 0
    assert tell(days=1) == 0


def test_one_and_all_given_up_are_told_again_under_their_ids(endpoint: Make, receiver: Receiver):
    row = endpoint()
    keys = happen(3)
    WebhookDelivery.objects.update(state="given_up", due_at=None, attempts=10, final_at=now())
    WebhookDelivery.objects.filter(key=keys[0]).update(final_at=now() - timedelta(days=2))
    assert resend_given_up(row.pk, now() - timedelta(days=1), now(), None) == 2
    assert resend_given_up(row.pk, now() - timedelta(days=1), now(), None) == 0
    assert tell() == 2
    assert sorted(receiver.ids) == sorted(keys[1:])
    ids = dict(rows("key", "pk"))
    assert resend([ids[keys[1]]], now(), None) == 1
    tell()
    assert receiver.ids[2:] == [keys[1]]
    assert dict(rows("key", "attempts"))[keys[1]] == 1
    noted = AuditEntry.objects.filter(action="resent").order_by("number").values_list("title", "details")
    assert list(noted) == [("CRM", {"calls": 2}), ("CRM", {"calls": 1})]


def test_with_one_that_goes_what_was_due_goes_and_what_was_told_stays(endpoint: Make, receiver: Receiver):
    row = endpoint()
    (told,) = happen(1)
    tell()
    happen(2)
    endpoints.remove(row)
    assert rows("key") == [told]
    assert not WebhookEndpoint.objects.exists()
    assert (happen(1), tell(days=1)) == ([], 0)


def test_who_asks_is_told_what_was_told_and_to_which_system(endpoint: Make, receiver: Receiver, world: World):
    row = endpoint()
    anna, bela = world.person("anna", consents=()), world.person("bela", consents=())
    WebhookDelivery.objects.all().delete()
    happen(1, customer=anna)
    tell()
    merge([Pair(bela, anna)], world.now)
    table = tables()["told_by_webhook"]
    told = list(table.of([bela]).order_by("pk").values(*table.columns.values()))
    assert [(one["endpoint__name"], one["kind"]) for one in told] == [
        ("CRM", "segment.entered"),
        ("CRM", "customer.merged"),
    ]
    WebhookEndpoint.objects.filter(pk=row.pk).delete()
    assert table.of([bela]).values_list(*table.columns.values()).count() == 2
    assert len(list(table.of([bela]).values_list(*table.columns.values()))) == 2


def test_calls_are_kept_as_long_as_somebody_says(endpoint: Make, receiver: Receiver):
    endpoint()
    keys = happen(4)
    old = now() - timedelta(days=40)
    for key, state in zip(keys, ("told", "given_up", "told", "due"), strict=True):
        final = old if key in keys[:2] else None if state == "due" else now()
        WebhookDelivery.objects.filter(key=key).update(state=state, final_at=final, created_at=old)

    def going(table: str, days: int) -> list[str]:
        found = look(Retention(table=table, days=days), now())
        return list(
            WebhookDelivery.objects.filter(pk__in=found.some).order_by("pk").values_list("key", flat=True)
        )

    assert going("call_told", 30) == [keys[0]]
    assert going("call_given_up", 30) == [keys[1], keys[3]]
    assert going("call_given_up", 90) == []


def test_what_a_stale_process_writes_for_one_that_is_gone_is_never_called(endpoint: Make, receiver: Receiver):
    row = endpoint()
    wanted = {kind: [row.pk] for kind in listening().wanted()}
    endpoints.remove(row)
    listening().assume(wanted)
    happen(1)
    assert tell(days=1) == 0
    assert receiver.heard == []
