"""START: what was there just before a simulation begins, in twins. Tables without one are read as they are: addresses, proofs.

What has a history is as it was then: events, messages sent, consents, suppressions, points, who was known (or had done
something that is known now). What has none
is as it is now: attributes, addresses, caps, prices, templates. Segments are found by their rules at the beginning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps

from orchestrator.journeys.simulation.shares import EVERYBODY, Share
from orchestrator.journeys.simulation.twins import Twins

# What was imported is history with its own times: it came when it happened.
CAME = "(CASE WHEN backfilled THEN occurred_at ELSE received_at END)"
BARE = frozenset({"customers_address", "consents_consentrecord"})
ALL, NOTHING = "", None
# What the engine makes as it goes: a simulation begins without.
_MADE = (
    "messaging_messagebody", "messaging_decision", "messaging_deliveryattempt", "messaging_providerbreaker",
    "messaging_complaintbreaker",
    "messaging_stepfault", "messaging_mailboxmessage", "messaging_receipt", "messaging_subject", "messaging_spending",
    "journeys_doorstep", "journeys_steprun", "journeys_launch", "journeys_entrytimer", "journeys_usualinterval",
    "segments_segmentsize", "segments_transition",
    "workspace_auditentry", "workspace_halt", "workspace_heartbeat", "workspace_retention",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Begin:
    """Which real rows a twin begins with, and what stands in them instead. `where` None: none of them."""

    where: str | None = ALL
    params: tuple[Any, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)


def tables() -> list[str]:
    """Every table of ours that gets a twin."""
    ours = [
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("orchestrator.")
    ]
    return sorted(set(ours) - BARE)


def begin(twins: Twins, at: datetime, lived: Collection[int], share: Share = EVERYBODY) -> None:
    """Make all twins and fill them as of just before `at`. `lived`: ids of the journeys that the simulation lives."""
    share.make(twins)
    known = _begins(at, lived, twins)
    for table in tables():
        twins.make(table)
        start = known.get(table, Begin())
        if start.where is not None:
            where = _within(share, table, twins.columns(table), start.where)
            twins.fill(table, where, start.params, instead=start.instead)
    twins.number()
    _consents_as_of(twins, at, share)


def _within(share: Share, table: str, columns: Collection[str], where: str) -> str:
    if table == "customers_customer":
        return share.within("id", where)
    return share.within("customer_id", where) if "customer_id" in columns else where


def _begins(at: datetime, lived: Collection[int], twins: Twins) -> dict[str, Begin]:
    moment, real = twins.moment, twins.real
    ids = ", ".join(str(int(one)) for one in lived) or "NULL"
    nothing = Begin(NOTHING)
    false = "FALSE"
    return {
        "events_event": Begin(f"{CAME} < {moment}", (at,), {"pending": false}),
        "customers_customer": Begin(
            f"created_at < {moment} OR id IN (SELECT customer_id FROM {real}.events_event WHERE occurred_at < {moment})",
            (at, at),
            {"changed_pending": false},
        ),
        "consents_consent": Begin(f"changed_at < {moment}", (at,)),
        "consents_suppression": Begin(f"created_at < {moment}", (at,)),
        "loyalty_pointsentry": Begin(f"awarded_at < {moment}", (at,)),
        "messaging_message": Begin(f"counted_at < {moment}", (at,), {"wake_pending": false}),
        "messaging_pastmessage": Begin(f"sent_at < {moment}", (at,)),
        # Who is inside now is not lived on: their passages count as over, and `again` goes by them.
        "journeys_enrollment": Begin(
            f"entered_at < {moment} AND journey_id IN ({ids})",
            (at,),
            {"status": "CASE WHEN status = 'active' THEN 'completed' ELSE status END", "due_at": "NULL"},
        ),
        "journeys_journey": Begin(
            instead={"status": f"CASE WHEN id IN ({ids}) THEN status ELSE 'paused' END"}
        ),
        # By its volume the simulation says how a limit would be met; a bucket fills between two ticks, and not in them.
        "messaging_ratelimit": Begin(instead={"enabled": false}),
        "segments_segment": Begin(
            instead={
                "due_at": f"CASE WHEN static THEN due_at ELSE {twins.literal(at)} END",
                "cursor": "0",
                "settled": "static",
                "passed_at": "NULL",
                "measure_at": "NULL",
            }
        ),
        # Of a list it is not known who was on it then.
        "segments_membership": Begin(f"segment_id IN (SELECT id FROM {real}.segments_segment WHERE static)"),
        "workspace_workspace": Begin(
            instead={"paused_at": "NULL", "stopped": "'{}'", "webhooks_off": "'{}'"}
        ),
        **dict.fromkeys(_MADE, nothing),
    }


def _consents_as_of(twins: Twins, at: datetime, share: Share) -> None:
    """Of those that have changed since, what had been said last until then; of two at once the withdrawal wins."""
    changed = share.within("c.customer_id", f"c.changed_at >= {twins.moment}")
    twins.run(_AS_OF.format(real=twins.real, moment=twins.moment, changed=changed), [at, at])


_AS_OF = """
INSERT INTO consents_consent (id, customer_id, brand_id, channel, purpose, topic, state, record_id, changed_at)
SELECT c.id, r.customer_id, r.brand_id, r.channel, r.purpose, r.topic, r.state, r.id, r.recorded_at
FROM {real}.consents_consent c JOIN {real}.consents_consentrecord r
    ON (r.customer_id, r.brand_id, r.channel, r.purpose, r.topic)
        = (c.customer_id, c.brand_id, c.channel, c.purpose, c.topic)
WHERE {changed} AND r.id = (
    SELECT o.id FROM {real}.consents_consentrecord o
    WHERE o.customer_id = r.customer_id AND o.brand_id = r.brand_id AND o.channel = r.channel
        AND o.purpose = r.purpose AND o.topic = r.topic AND o.recorded_at < {moment}
    ORDER BY o.recorded_at DESC, o.state = 'withdrawn' DESC, o.number DESC LIMIT 1)
"""
