"""Tickets become events; none of their words is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.segments.guards import guarded, guarding_segments
from orchestrator.segments.models import Segment
from orchestrator.segments.ready_list import READY
from tests.sources import bodies as b
from tests.sources.conftest import NOW, Caller, connect, events, kept, nothing, people

OPENED = ("ticket.opened", "ticket.opened:35436", None)


def zendesk(secret: str, body: bytes, at: datetime = NOW) -> dict[str, str]:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    signature = b.hmac64(secret, stamp.encode() + body)
    return {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": stamp}


def desk() -> Caller:
    caller = connect("zendesk")
    caller.sign = zendesk
    return caller


def ticket(**changes: Any) -> dict[str, Any]:
    return {"ticket": b.but(b.ZENDESK["ticket"], **changes)}


def test_a_ticket_of_zendesk_is_opened_closed_and_rated():
    caller = desk()
    caller.ok(ticket())
    caller.ok(ticket())
    caller.ok(ticket(status="Solved", updated_at="2026-03-01T11:30:00Z"))
    caller.ok(ticket(status="Solved", updated_at="2026-03-01T11:50:00Z", rating="Good with comment"))
    assert events() == [
        OPENED,
        ("ticket.closed", "ticket.closed:35436:20260301T113000", None),
        ("ticket.closed", "ticket.closed:35436:20260301T115000", None),
        ("ticket.rated", "ticket.rated:35436:2:20260301T115000", None),
    ]
    assert Event.objects.get(name="ticket.rated").properties == {"ticket_id": "35436", "score": 2, "of": 2}
    assert Event.objects.get(name="ticket.opened").properties == {
        "ticket_id": "35436", "priority": "high", "type": "problem",
    }  # fmt: skip
    assert people() == [(None, ["adam@example.com"])]


def test_an_open_complaint_guards_until_it_is_closed():
    rule = next(one.rule for one in READY if one.key == "open_ticket")
    Segment.objects.create(
        key="open_ticket", title="Open complaint", source="", rule=rule, guard=True, changed_at=NOW
    )
    caller = desk()
    caller.ok(ticket())
    caller.ok(ticket(id="2"))
    (adam,) = Customer.objects.values_list("id", flat=True)

    def held() -> dict[int, tuple[str, ...]]:
        return guarded([adam], guarding_segments(), "Europe/Warsaw", NOW)

    assert Customer.objects.get().attributes["open_tickets"] == 2
    assert held() == {adam: ("Open complaint",)}
    caller.ok(ticket(status="Solved", updated_at="2026-03-01T11:30:00Z"))
    assert (Customer.objects.get().attributes["open_tickets"], held()) == (1, {adam: ("Open complaint",)})
    caller.ok(ticket(id="2", status="Closed", updated_at="2026-03-01T11:31:00Z"))
    assert ("open_tickets" in Customer.objects.get().attributes, held()) == (False, {})


def test_an_old_signature_of_zendesk_is_refused():
    caller = desk()
    body = b.raw(b.ZENDESK)
    headers = zendesk(caller.secret, body, NOW - timedelta(minutes=6))
    answer = caller.client.post(f"/in/{caller.row.key}/", body, "application/json", headers=headers)
    assert (answer.status_code, nothing()) == (401, True)


def test_a_ticket_of_freshdesk():
    caller = connect("freshdesk")
    caller.ok(b.FRESHDESK)
    done = {
        **b.FRESHDESK["freshdesk_webhook"],
        "status": 5,
        "updated_at": "2026-03-01T11:40:00+00:00",
        "rating": 103,
    }
    caller.ok({"freshdesk_webhook": done})
    assert [(name, key) for name, key, _ in events()] == [
        ("ticket.opened", "ticket.opened:17"),
        ("ticket.closed", "ticket.closed:17:20260301T114000"),
        ("ticket.rated", "ticket.rated:17:7:20260301T114000"),
    ]
    assert people() == [(None, ["adam@example.com"])]


def test_tickets_as_standard_webhooks():
    caller = connect("tickets")

    caller.sign = lambda given, body: {
        "webhook-id": "msg_1", "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(given).sign("msg_1", NOW, body.decode()),
    }  # fmt: skip
    caller.ok(b.TICKET)
    caller.ok(b.but(b.TICKET, type="ticket.closed", data={**b.TICKET["data"], "closing": 2}))
    caller.ok(b.but(b.TICKET, type="ticket.rated", data={**b.TICKET["data"], "score": 4, "of": 5}))
    assert [key for _, key, _ in events()] == [
        "ticket.opened:T-1", "ticket.closed:T-1:2", "ticket.rated:T-1:4:20260301T110000",
    ]  # fmt: skip
    assert Event.objects.get(name="ticket.opened").occurred_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert kept() == []
