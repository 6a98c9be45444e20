"""The world of a campaign: who lives there, what is sent to them, and the rules. Made by the engine's own verbs.

A hundred people get most of the marketing, and fifty of them share one mailbox, so that many workers always decide
about the same few. Everybody's name, address and id hold a canary, by which a trace of the erased is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish import publish
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.workspace.models import Brand, Workspace
from tests.chaos.campaign import MAILBOX_SHARERS, Campaign
from tests.chaos.carriers import REFUSED

START = datetime(2026, 3, 2, 11, 45, tzinfo=UTC)
NIGHT = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "21:00", "end": "08:00"}]
CAP_NAME, CAP_WINDOW = "Per week", "7 days"
MAILBOX = "house@example.com"
# Share of all messages, journey, channel, purpose, whether it is for the hot.
KINDS = (
    (0.26, "news", "email", "marketing", True),
    (0.16, "offer", "sms", "marketing", True),
    (0.12, "nudge", "push", "marketing", True),
    (0.06, "digest", "email", "marketing", False),
    (0.06, "coupon", "sms", "marketing", False),
    (0.05, "flash", "push", "marketing", False),
    (0.10, "invoice", "email", "transactional", False),
    (0.12, "code", "sms", "transactional", False),
    (0.07, "parcel", "push", "transactional", False),
)
STOPPED = "flash"  # this journey is stopped in mid-campaign
JOURNEY = """
journey: {key}
purpose: {purpose}
expires: 10 days
on_cap: skip
entry: {{api: {key}, again: always}}
steps:
  - send: {key}
    via: [{channel}]
    id: tell
"""
PARTS = {
    "email": 'email:\n  en: {subject: "{{ entry.key }}", html: "<p>{{ customer.first_name }}</p>"}\n',
    "sms": 'sms:\n  en: {text: "{{ entry.key }}"}\n',
    "push": 'push:\n  en: {title: "{{ entry.key }}", body: "for you"}\n',
}


@dataclass(frozen=True)
class Town:
    """The journeys by key, and the ids of those who get much and of those who get little."""

    journeys: dict[str, Live]
    hot: list[int]
    cold: list[int]


def build(campaign: Campaign) -> Town:
    """Rules, journeys, people. The cold are as many as needed for about eight messages each."""
    _rules(campaign)
    journeys = {key: _publish(key, channel, purpose) for _, key, channel, purpose, _ in KINDS}
    sharers = min(MAILBOX_SHARERS, campaign.hot // 2)
    hot = _people(0, campaign.hot, sharers)
    cold = _people(campaign.hot, campaign.cold or max(40, campaign.messages // 16), 0)
    return Town(journeys, hot, cold)


def canary(number: int) -> str:
    """What is in all that a person has, and in nothing else."""
    return f"canary{number:07d}x"


def _rules(campaign: Campaign) -> None:
    FrequencyCap.objects.all().delete()
    QuietHoursRule.objects.all().delete()
    Workspace.get()
    Workspace.objects.update(minimum_gap_minutes=0, languages=["en"], holdout=0)
    Brand.objects.update(sender_name="Shop", sender_address="shop@example.com")
    FrequencyCap.objects.create(name=CAP_NAME, limit=campaign.cap, rolling=CAP_WINDOW)
    for channel in ("email", "sms", "push"):
        QuietHoursRule.objects.create(name=f"Nights: {channel}", channel=channel, ranges=NIGHT)


def _publish(key: str, channel: str, purpose: str) -> Live:
    text = JOURNEY.format(key=key, channel=channel, purpose=purpose)
    if purpose != "marketing":
        text = text.replace("on_cap: skip\n", "")
    publish(Text("journey.yaml", text), [Text(f"{key}.yaml", f"template: {key}\n" + PARTS[channel])], START)
    current = Journey.objects.values_list("current_id", flat=True).get(key=key)
    assert current is not None
    return version(current)


def _people(first: int, count: int, sharers: int) -> list[int]:
    numbers = range(first, first + count)
    people = [_person(n, n - first < sharers) for n in numbers]
    ids = list(save(people, START).ids)
    record_consents(
        [Statement(one, channel, "granted", "chaos") for one in ids for channel in ("email", "sms", "push")],
        START,
    )
    return ids


def _person(number: int, shares: bool) -> Person:
    """One in eleven lives where the night begins soon, and one in thirteen where it ends soon."""
    mark = canary(number)
    zone = "Asia/Tokyo" if number % 11 == 5 else "America/Halifax" if number % 13 == 7 else "Europe/Warsaw"
    nobody = REFUSED if number % 37 == 36 else "p"
    return Person(
        external_id=f"id-{mark}",
        language="en",
        time_zone=zone,
        attributes={"first_name": f"Name {mark}"},
        addresses={
            "email": MAILBOX if shares else f"{nobody}{mark}@example.com",
            "sms": f"+48 6{number // 1_000_000 % 100:02d} {number // 1000 % 1000:03d} {number % 1000:03d}",
            "push": f"device-{mark}",
        },
    )


AUDIT = """
CREATE UNLOGGED TABLE chaos_moves (id bigserial, message bigint, txid bigint, began timestamptz, before text,
    after text, fence_before int, fence_after int, maybe_before bool, maybe_after bool, number bigint);
CREATE UNLOGGED TABLE chaos_attempts (message bigint, txid bigint, fence int, outcome text);
CREATE FUNCTION chaos_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.state <> NEW.state OR OLD.fence <> NEW.fence OR OLD.maybe_sent <> NEW.maybe_sent THEN
    INSERT INTO chaos_moves (message, txid, began, before, after, fence_before, fence_after, maybe_before, maybe_after,
      number) VALUES (NEW.id, txid_current(), transaction_timestamp(), OLD.state, NEW.state, OLD.fence, NEW.fence,
      OLD.maybe_sent, NEW.maybe_sent, NEW.number);
  END IF; RETURN NULL; END $$;
CREATE FUNCTION chaos_attempt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_attempts VALUES (NEW.message_id, txid_current(), NEW.fence, NEW.outcome); RETURN NULL; END $$;
CREATE TRIGGER chaos_move AFTER UPDATE ON messaging_message FOR EACH ROW EXECUTE FUNCTION chaos_move();
CREATE TRIGGER chaos_attempt AFTER INSERT ON messaging_deliveryattempt FOR EACH ROW EXECUTE FUNCTION chaos_attempt();
"""


def watch(outlives_a_crash: bool = False) -> None:
    """Have the database itself write down every move of a message, whoever makes it."""
    with connection.cursor() as cursor:
        cursor.execute(AUDIT.replace("UNLOGGED ", "") if outlives_a_crash else AUDIT)
