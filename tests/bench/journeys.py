"""What is sent in the benchmark: journeys as anybody would publish them, and a template of 1.8 KB."""

from __future__ import annotations

from datetime import UTC, datetime

from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish import publish
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.workspace.models import Brand, Workspace

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NIGHT = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "21:00", "end": "08:00"}]
GOLD, WINDOW_DAYS, CAP = "gold", 10, 3

ENGINE = """
journey: engine
purpose: marketing
expires: 3 days
entry: {api: bench, again: always}
steps:
  - choose:
      - when: {all: [{attribute: tier, is: gold}, {event: order.placed, within: 10 days}]}
        then:
          - split:
              a: {share: 50%, steps: [{send: offer, via: [email], id: offer_a}]}
              b: {share: 50%, steps: [{send: offer, via: [email], id: offer_b}]}
            id: halves
    otherwise: [{send: offer, via: [email], id: offer_c}]
    id: who
"""
ONE = """
journey: {key}
purpose: {purpose}
expires: 3 days
entry: {entry}
steps:
  - send: offer
    via: [email]
    id: tell
"""
_PARAGRAPH = (
    '<p style="margin:0 0 16px">We have picked a few things that go well with what you already have, and kept '
    "them aside for you until Sunday. If the size is not right, the exchange is free, and so is the way back.</p>"
)
HTML = (
    "<h1>Hello {{ customer.first_name|default('you') }}</h1>"
    + _PARAGRAPH
    + "{% if customer.tier == 'gold' %}<p>Your gold discount is on.</p>{% endif %}"
    + _PARAGRAPH * 5
    + '<p><a class="button" href="https://shop.example.com/offer">Have a look</a></p>'
    + "<p>{{ brand.name }}</p>"
)
SUBJECT = "{{ customer.first_name|default('Hello') }}, something for you"
TEMPLATE = f'template: offer\nemail:\n  en:\n    subject: "{SUBJECT}"\n    html: |\n      {HTML}\n'


def settle_rules(quiet: bool = True) -> None:
    """The cap of the definition and silent nights; no other rule of the shipped ones. `quiet`: email keeps them too."""
    FrequencyCap.objects.all().delete()
    QuietHoursRule.objects.all().delete()
    Workspace.get()
    Workspace.objects.update(
        minimum_gap_minutes=0, languages=["en"], salt="11111111-2222-3333-4444-555555555555"
    )
    Brand.objects.update(sender_name="My shop", sender_address="shop@example.com")
    FrequencyCap.objects.create(name="Three in seven days", limit=CAP, rolling="7 days")
    if quiet:
        QuietHoursRule.objects.create(name="Nights: email", channel="email", ranges=NIGHT)


def publish_engine(now: datetime) -> Live:
    """The journey of the engine's row."""
    return _publish(ENGINE, "engine", now)


def publish_one(key: str, purpose: str, entry: str, now: datetime) -> Live:
    """A journey of one message."""
    return _publish(ONE.format(key=key, purpose=purpose, entry=entry), key, now)


def _publish(text: str, key: str, now: datetime) -> Live:
    publish(Text("journey.yaml", text), [Text("offer.yaml", TEMPLATE)], now)
    current = Journey.objects.values_list("current_id", flat=True).get(key=key)
    assert current is not None
    return version(current)
