"""A small shop's life, for looking at: one row or more of everything, messages in every state."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from orchestrator.accounts.models import ApiKey, Attempts, CallAnswer, Factor, IssuerLink, RecoveryCode
from orchestrator.catalog.models import Product, ProductPrice
from orchestrator.consents.models import Consent, ConsentRecord, ConsentText, SignupForm, Suppression
from orchestrator.customers.imports.asked import bring
from orchestrator.customers.models import (
    Address,
    Customer,
    Identity,
    ImportProblem,
    PrivacyComment,
    PrivacyRequest,
)
from orchestrator.domain.outbox import FINAL, State
from orchestrator.duplicates.models import DuplicateKey, DuplicateSearch, LikelyDuplicate
from orchestrator.events.models import Event
from orchestrator.ingest.models import DeadLetter, WriteKey
from orchestrator.journeys.models import (
    Door,
    Doorstep,
    DraftEdit,
    Enrollment,
    EntryTimer,
    Journey,
    JourneyVersion,
    Launch,
    PublishComment,
    PublishNotice,
    PublishRequest,
    Simulation,
    StepRun,
    UsualInterval,
)
from orchestrator.journeys.versions import version as live_version
from orchestrator.loyalty.models import PointsEntry
from orchestrator.messaging.models import (
    Block,
    Budget,
    ComplaintBreaker,
    Decision,
    DeliveryAttempt,
    FrequencyCap,
    MailboxMessage,
    Message,
    MessageBody,
    Price,
    ProviderBreaker,
    QuietHoursRule,
    RateLimit,
    Receipt,
    Spending,
    StepFault,
    Subject,
    Template,
    TemplateVersion,
)
from orchestrator.segments.models import (
    Membership,
    Score,
    ScoreBasis,
    Segment,
    SegmentSize,
    Transition,
)
from orchestrator.sources.models import Connection, KeptDelivery
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import (
    Alarm,
    AlarmChannel,
    AlarmNotice,
    Brand,
    Halt,
    Heartbeat,
    Retention,
    Sequence,
    Topic,
    Workspace,
)

SOURCE = """\
journey: onboarding
title: Welcome new customers
topic: club
entry:
  event: customer.signed_up
  only_if: {all: [{consent: email}, {attribute: country, is: PL}]}
goal: {event: order.placed, within: 14 days}
holdout: 10%
steps:
  - send: welcome
    id: hello
  - wait_until: {event: message.clicked, of: hello}
    id: click
    at_most: 3 days
    then:
      - send: picked_for_you
        id: pick
    otherwise:
      - send: nudge
        via: [sms, push]
        id: nudge
  - split:
      gift: {share: 50%, steps: [{send: gift, id: gift_mail}]}
      discount: {share: 50%, steps: [{send: discount, id: discount_mail}]}
    id: offer
  - wait: 2 days
    id: rest
"""
DEFINITION: dict[str, Any] = {
    "journey": "onboarding",
    "title": "Welcome new customers",
    "topic": "club",
    "entry": {
        "event": "customer.signed_up",
        "only_if": {"all": [{"consent": "email"}, {"attribute": "country", "is": "PL"}]},
    },
    "goal": {"event": "order.placed", "within": "14 days"},
    "holdout": "10%",
    "steps": [
        {"send": "welcome", "id": "hello"},
        {
            "wait_until": {"event": "message.clicked", "of": "hello"},
            "id": "click",
            "at_most": "3 days",
            "then": [{"send": "picked_for_you", "id": "pick"}],
            "otherwise": [{"send": "nudge", "via": ["sms", "push"], "id": "nudge"}],
        },
        {
            "split": {
                "gift": {"share": "50%", "steps": [{"send": "gift", "id": "gift_mail"}]},
                "discount": {"share": "50%", "steps": [{"send": "discount", "id": "discount_mail"}]},
            },
            "id": "offer",
        },
        {"wait": "2 days", "id": "rest"},
    ],
}
TEMPLATE = """\
template: welcome
topic: club
email:
  en:
    subject: "Welcome, {{ customer.first_name|default('friend') }}"
    html: |
      <p>Good to have you.</p>
sms:
  pl: "Cześć! Twoja zniżka czeka."
"""
EMAIL = """\
<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;background:#f4f4f5;font-family:Arial,sans-serif"><table width="100%" cellpadding="0"
cellspacing="0"><tr><td align="center" style="padding:24px"><table width="100%" style="max-width:600px;background:#fff;
border-radius:8px"><tr><td style="padding:32px"><h1 style="margin:0 0 16px;color:#111">Welcome, Anna!</h1><p
style="line-height:1.6;color:#333">Good to have you in the club. Here is what we picked for you.</p><p><a
href="https://shop.example/picks" style="background:#7c3aed;color:#fff;padding:12px 24px;border-radius:6px;
text-decoration:none;display:inline-block">See your picks</a></p></td></tr><tr><td style="padding:16px 32px;
color:#666;font-size:12px">My shop · <a href="https://shop.example/u/abc">Unsubscribe</a></td></tr></table></td></tr>
</table></body></html>
"""
REASONS = {
    State.PLANNED: "quiet_hours",
    State.ACCEPTED: "accepted",
    State.SKIPPED: "no_consent",
    State.CANCELLED: "goal_met",
    State.EXPIRED: "expired",
    State.GHOST: "holdout",
    State.REJECTED: "invalid_address",
    State.FAILED: "attempts_spent",
    State.RENDER_FAILED: "render_error",
    State.UNKNOWN: "unknown_outcome",
    State.UNCERTAIN: "unknown_outcome",
    State.RETRY_WAIT: "deferred",
}
NAMES = [
    ("Anna", "Kowalska"),
    ("Piotr", "Nowak"),
    ("Zofia", "Wiśniewska"),
    ("Jan", "Zieliński"),
    ("Maja", "Lis"),
]


@dataclass(frozen=True)
class Sample:
    """What tests ask for by name."""

    customer: Customer
    journey: Journey
    version: JourneyVersion
    enrollment: Enrollment
    template: Template
    email: MailboxMessage
    sms: MailboxMessage
    push: MailboxMessage


def fill(people: int = 5, now: datetime | None = None) -> Sample:
    """Make everything for so many customers."""
    now = now or timezone.now()
    live_version.cache_clear()  # by numbers that another test's versions had
    Workspace.get()
    brand = Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})[0]
    topic = Topic.objects.get_or_create(key="club", defaults={"title": {"en": "Club", "pl": "Klub"}})[0]
    ConsentText.objects.get_or_create(
        brand=brand, key="newsletter", version=1, defaults={"channels": ["email"], "text": {"en": "I agree."}}
    )
    SignupForm.objects.get_or_create(
        key="news",
        defaults={
            "brand": brand,
            "title": {"en": "News", "pl": "Nowości"},
            "asks": ["email"],
            "texts": ["newsletter"],
        },
    )
    FrequencyCap.objects.create(
        name="Club: two a week", limit=2, calendar="week", channels=["email"], topic=topic
    )
    QuietHoursRule.objects.create(
        name="Sundays",
        channel="email",
        ranges=[{"weekdays": [6], "start": "00:00", "end": "23:00"}],
        holidays="PL",
    )
    RateLimit.objects.get_or_create(channel="sms", provider="", messages=10, per="second", burst=10)
    Price.objects.get_or_create(
        channel="sms", provider="", country="", defaults={"amount": "0.08", "per": "part"}
    )
    budget = Budget.objects.create(name="Text messages", amount="500", period="month", channels=["sms"])
    Spending.objects.create(budget=budget, period="month", begins_on=now.date().replace(day=1), spent="1.6")
    Sequence.objects.get_or_create(name="sample", defaults={"value": 7})
    Subject.objects.create(key="email:abc")
    Heartbeat.objects.create(worker="a" * 32, kind="work", started_at=now, beat_at=now, doing="work")
    Retention.objects.create(table="mailbox", days=90)
    Halt.objects.create(why="restored", halted_at=now, ended_at=now)
    note(Action.CHANGED, None, brand, now, name=["Shop", "My shop"])
    StepFault.objects.create(
        journey="onboarding", version=1, step="hello", in_a_row=2, detail="line 3", since=now
    )
    ComplaintBreaker.objects.create(
        brand=brand, channel="email", complained=3, accepted=1000, since=now, opened_at=now
    )
    ProviderBreaker.objects.create(
        provider="acme_sms",
        failures=6,
        opened_at=now,
        open_until=now,
        failed_at=now,
        fault="connection refused",
    )
    make_alarms(people, now)
    make_accounts(people, now)
    make_keys(people, now)
    make_imports(people, now)
    Suppression.objects.create(channel="email", digest="f" * 64, reason="complaint", created_at=now)
    template, text = make_template(brand, now)
    journey, version = make_journey(brand, now)
    customers = [make_customer(index, brand, now) for index in range(people)]
    make_groups(journey, version, customers, now)
    make_webhooks(customers, now)
    make_doubles(customers, now)
    enrollments = [make_enrollment(journey, version, one, index, now) for index, one in enumerate(customers)]
    for index, enrollment in enumerate(enrollments):
        make_message(enrollment, brand, text, list(State)[index % len(State)], index, now)
    email, sms, push = make_mailbox(now)
    return Sample(customers[0], journey, version, enrollments[0], template, email, sms, push)


def make_accounts(count: int, now: datetime) -> None:
    """So many people who have left: what stays of how they signed in."""
    for number in range(count):
        user, _ = User.objects.get_or_create(username=f"gone-{number}", defaults={"is_active": False})
        Factor.objects.create(user=user, name="totp", secret="sealed", trust=uuid.uuid4(), made_at=now)
        RecoveryCode.objects.create(user=user, digest=f"{number:064}", made_at=now)
        IssuerLink.objects.create(
            user=user, issuer="https://id.shop.example", subject=f"s-{number}", linked_at=now
        )
        Attempts.objects.create(kind="account", key=f"{number:064}", count=5, since=now, last=now, until=now)
        mark = f"{ApiKey.objects.count():08x}"
        ApiKey.objects.create(
            name="Shop", prefix=f"jk_{mark}", digest=mark, scopes=["events:write"], made_at=now
        )
        CallAnswer.objects.create(
            caller="key:1", mark=mark, operation="events", asked="a", status=200, sealed="s", made_at=now
        )


def make_imports(count: int, now: datetime) -> None:
    """So many files were brought in, each with a row that is wrong."""
    for number in range(count):
        row = bring(
            "customers", f"klienci-{number}.csv", [b"external_id,email\np1,p1@example.com\n"], None, now
        )
        ImportProblem.objects.create(of=row, line=2, message="the email is none")


def make_keys(count: int, now: datetime) -> None:
    """So many write keys, each with a call that was not taken."""
    for number in range(count):
        key = WriteKey.objects.create(
            name=f"Shop {number}", kind="server", digest=f"{number:064}", prefix="wk_abcde", created_at=now
        )
        DeadLetter.objects.create(
            key=key, mark=f"{number:064}", received_at=now, kind="track", reason="no_id",
            payload='{"type": "track", "event": "Order Completed"}', words="the call names nobody",
        )  # fmt: skip
        connection = Connection.objects.create(
            name=f"Sklep {number}", source="woocommerce", key=f"key-{number}", secret="sealed", created_at=now
        )
        KeptDelivery.objects.create(
            connection=connection, received_at=now, topic="order.updated", reason="unreadable", mark=f"{number:064}",
            payload='{"headers": {"x-wc-webhook-topic": "order.updated"}, "body": "{"}', words="the body is no JSON",
        )  # fmt: skip


def make_webhooks(customers: list[Customer], now: datetime) -> None:
    """A CRM is told of everybody, and of one call nobody knows what came."""
    for customer in customers:
        endpoint = WebhookEndpoint.objects.create(
            name=f"CRM {customer.pk}", url="https://crm.shop.example/hooks", kinds=["segment.entered"], secret="sealed",
            created_at=now,
        )  # fmt: skip
        WebhookDelivery.objects.create(
            key=f"msg_{customer.pk:032}", endpoint=endpoint, customer=customer, kind="segment.entered", happened_at=now,
            data={"customer": customer.pk, "segment": "golden"}, created_at=now, state="given_up", attempts=10,
            code=503, reason="status", answer="try later", took_ms=120, tried_at=now, final_at=now,
        )  # fmt: skip


def make_alarms(count: int, now: datetime) -> None:
    """So many budgets are spent, and somebody was told of each."""
    channel = AlarmChannel.objects.create(name="Operations", to="ops@shop.example")
    for number in range(count):
        told = {"name": f"Texts {number}", "spent": "9", "amount": "9", "currency": "PLN"}
        alarm = Alarm.objects.create(
            kind="budget_spent", subject=str(1000 + number), severity="warning", evidence=told, opened_at=now
        )
        AlarmNotice.objects.create(alarm=alarm, channel=channel, what="opened", made_at=now, told_at=now)


def make_groups(journey: Journey, version: JourneyVersion, customers: list[Customer], now: datetime) -> None:
    """A segment that everybody is in, a launch to it, and everybody at its door."""
    rule = {"attribute": "loyalty_tier", "is": "gold"}
    segment = Segment.objects.create(
        key="golden", title="Golden", source="{attribute: loyalty_tier, is: gold}", rule=rule, changed_at=now
    )
    make_list(segment, customers, now)
    Door.objects.create(journey=journey, due_at=now)
    Launch.objects.create(journey=journey, trigger=0, on=now.date(), opens_at=now, state="running", entered=3)
    Simulation.objects.create(journey=journey, asked_at=now, days=30, state="running", done=250, seen_at=now)
    asked = PublishRequest.objects.create(
        journey=journey, mark="c" * 40, text=SOURCE, asked_at=now, comment="Please"
    )
    said = PublishComment.objects.create(request=asked, said_at=now, text="Which segment is it for?")
    for number in range(len(customers)):
        someone = User.objects.get_or_create(username=f"someone-{number}")[0]
        DraftEdit.objects.create(journey=journey, user=someone, edited_at=now)
        PublishNotice.objects.create(request=asked, what="commented", comment=said, to=someone, made_at=now)
    make_requests(customers, now)
    basis = ScoreBasis.objects.create(until=now, computed_at=now, phase="done", people=9, buyers=9)
    for customer in customers:
        make_scores(customer, basis, now)
        Membership.objects.create(segment=segment, customer=customer, since=now)
        Doorstep.objects.create(
            journey=journey, version=version, customer=customer, candidate={}, due_at=now, until=now
        )


def make_list(segment: Segment, customers: list[Customer], now: datetime) -> None:
    """A list that the first of them is on, and how the segment and it came to be as large."""
    guests = Segment.objects.create(
        key="guests", title="Guests of the fair", source="", rule={}, static=True, settled=True, changed_at=now,
        aim="Invite them again next year",
    )  # fmt: skip
    for one in customers[:1]:
        Membership.objects.create(segment=guests, customer=one, since=now)
    for customer in customers:
        Transition.objects.create(segment=segment, customer=customer, at=now, entered=True)
    for ago in range(1, 4):
        day = now.date() - timedelta(days=ago)
        SegmentSize.objects.create(segment=segment, on=day, members=10 * len(customers) - ago)


def make_scores(customer: Customer, basis: ScoreBasis, now: datetime) -> None:
    """As a pass would have found them: nine orders, of which the last was twelve days ago."""
    last = now.date() - timedelta(days=12)
    Score.objects.create(
        customer=customer,
        basis=basis,
        computed_at=now,
        orders=9,
        purchases=9,
        net=Decimal("2310"),
        first_order_on=last - timedelta(days=240),
        last_order_on=last,
        recency=5,
        frequency=4,
        monetary=4,
        rfm_group="champions",
        stage="active",
        interval_days=30,
        next_order_on=last + timedelta(days=30),
        p_alive=0.93,
        expected_orders=2.4,
        clv=Decimal("1200.50"),
        best_hour=34,
        facts={"known_on": "2025-01-01"},
    )


def make_requests(customers: list[Customer], now: datetime) -> None:
    """Everybody asks for something by right, each for something else; the last was answered."""
    kinds = PrivacyRequest.Kind.values
    for index, customer in enumerate(customers):
        one = PrivacyRequest.objects.create(
            kind=kinds[index % len(kinds)],
            customer=customer,
            came_by="email",
            received_on=now.date() - timedelta(days=28 - index),
            due_on=now.date() + timedelta(days=10 + index),
            made_at=now,
        )
        PrivacyComment.objects.create(request=one, said_at=now, text="They wrote to the shop.")
    if len(customers) > 1:
        PrivacyRequest.objects.filter(pk=one.pk).update(
            state="done", closed_at=now, result={"restricted": True}
        )


def make_template(brand: Brand, now: datetime) -> tuple[Template, TemplateVersion]:
    """A template with one version."""
    template = Template.objects.create(key="welcome", brand=brand, journey="onboarding")
    Block.objects.create(key="footer", brand=brand, title="Footer", html={"en": "<p>{{ brand.name }}</p>"})
    prepared = {"email": {"en": {}}, "sms": {"pl": {}}, "variables": ["customer.first_name"]}
    version = TemplateVersion.objects.create(
        template=template, digest="a" * 64, topic="club", source=TEMPLATE, prepared=prepared, published_at=now
    )
    template.latest = version
    template.save()
    return template, version


def make_journey(brand: Brand, now: datetime) -> tuple[Journey, JourneyVersion]:
    """A live journey with one version, and a draft beside it."""
    Journey.objects.create(key="winback", title="Win back quiet customers", brand=brand)
    journey = Journey.objects.create(
        key="onboarding",
        title="Welcome new customers",
        brand=brand,
        status="live",
        draft=SOURCE,
        first_published_at=now - timedelta(days=20),
    )
    version = JourneyVersion.objects.create(
        journey=journey,
        number=1,
        source=SOURCE,
        definition=DEFINITION,
        templates={},
        digest="b" * 64,
        published_at=now - timedelta(days=20),
    )
    journey.current = version
    journey.save()
    return journey, version


def make_customer(index: int, brand: Brand, now: datetime) -> Customer:
    """A customer with addresses, what they said, and what they did. Every fifth has no address."""
    first, last = NAMES[index % len(NAMES)]
    customer = Customer.objects.create(
        external_id=f"c-{index:04}",
        language="pl",
        country="PL",
        time_zone="Europe/Warsaw",
        attributes={"first_name": first, "last_name": last, "loyalty_tier": "gold", "newsletter": True},
        created_at=now - timedelta(days=index),
        updated_at=now,
    )
    Identity.objects.create(kind="anonymous", value=f"browser-{index}", customer=customer, created_at=now)
    if index % 5 == 4:
        return customer
    for channel, value in (("email", f"{first.lower()}{index}@shop.example"), ("sms", f"+4860000{index:04}")):
        Address.objects.create(
            customer=customer, channel=channel, value=value, digest=f"{channel}{index}", created_at=now
        )
    say(customer, brand, "email", "granted", 2 * index + 1, now - timedelta(days=3))
    say(customer, brand, "sms", "withdrawn", 2 * index + 2, now - timedelta(days=1))
    PointsEntry.objects.create(
        customer=customer,
        points=100,
        source="club: thanks",
        key=f"step:{index}:thanks:1:0",
        awarded_at=now - timedelta(hours=4),
    )
    product = Product.objects.create(
        key=f"mug-{index}",
        title="Mug",
        category="kitchen",
        price=Decimal("12.00"),
        regular_price=Decimal("15.00"),
        currency="PLN",
        properties={"colour": "white"},
        updated_at=now,
    )
    ProductPrice.objects.create(product=product, price=Decimal("12.00"), currency="PLN", since=now)
    Event.objects.create(
        customer=customer,
        name="order.placed",
        occurred_at=now - timedelta(hours=5),
        received_at=now,
        key=f"order-{index}",
        amount=Decimal("1249.90"),
        properties={"category": "shoes", "items": 2},
    )
    return customer


def say(customer: Customer, brand: Brand, channel: str, state: str, number: int, now: datetime) -> None:
    """A line of the ledger, and the consent that follows from it."""
    record = ConsentRecord.objects.create(
        customer=customer,
        brand=brand,
        channel=channel,
        state=state,
        recorded_at=now,
        number=number,
        text="I want to hear about offers.",
        source="sign-up form",
        proof={"ip": "192.0.2.7"},
    )
    Consent.objects.create(
        customer=customer,
        brand=brand,
        channel=channel,
        purpose="marketing",
        state=state,
        record=record,
        changed_at=now,
    )


def make_doubles(customers: list[Customer], now: datetime) -> None:
    """A search has found that everybody may be the one before them; one pair is decided."""
    search = DuplicateSearch.objects.create(
        phase="done", began_at=now, ended_at=now, due_at=now + timedelta(days=1), people=len(customers),
        crowds={"device": [1, 40]},
    )  # fmt: skip
    for one, other in itertools.pairwise(customers):
        DuplicateKey.objects.create(customer=one, key=other.pk, kind=1)
        LikelyDuplicate.objects.create(
            first=one, second=other, weight=75, strength="likely", evidence=" email_form household ", found_at=now,
            search=search.pk,
        )  # fmt: skip
    if len(customers) > 4:
        LikelyDuplicate.objects.create(
            first=customers[0], second=customers[-1], weight=45, strength="possible", evidence=" device ", found_at=now,
            search=search.pk, state="two_people", decided_at=now,
        )  # fmt: skip


def make_enrollment(
    journey: Journey, version: JourneyVersion, customer: Customer, index: int, now: datetime
) -> Enrollment:
    """A passage: by turns under way, completed, left, failed."""
    status = ["active", "completed", "exited", "failed"][index % 4]
    enrollment = Enrollment.objects.create(
        journey=journey,
        version=version,
        customer=customer,
        entry_key=f"signup:{index}",
        entry_properties={"source": "web"},
        status=status,
        reason={"exited": "consent_withdrawn", "failed": "timed_out"}.get(status, ""),
        entered_at=now - timedelta(days=3),
        finished_at=None if status == "active" else now - timedelta(hours=2),
        expires_at=now + timedelta(days=362),
        step="click" if status == "active" else "",
        arrived_at=now - timedelta(days=2),
        due_at=now + timedelta(days=1) if status == "active" else None,
        awaits="message.clicked" if status == "active" else "",
        goal_met_at=now - timedelta(hours=3) if status == "completed" else None,
    )
    StepRun.objects.create(
        enrollment=enrollment,
        step="hello",
        entered_at=now - timedelta(days=3),
        left_at=now - timedelta(days=2),
        outcome="sent",
        evidence={"channel": "email"},
    )
    EntryTimer.objects.create(journey=journey, trigger=0, customer=customer, due_at=now + timedelta(days=9))
    UsualInterval.objects.get_or_create(
        journey=journey,
        trigger=0,
        part=f"coffee {customer.pk}",
        defaults={
            "days": 30,
            "people": 40,
            "intervals": 90,
            "computed_at": now,
            "due_at": now + timedelta(days=1),
        },
    )
    return enrollment


def make_message(
    enrollment: Enrollment, brand: Brand, text: TemplateVersion, state: State, index: int, now: datetime
) -> Message:
    """A message of this state with its decision, attempt and body."""
    message = Message.objects.create(
        key=f"{index:032x}",
        customer_id=enrollment.customer_id,
        brand=brand,
        enrollment_id=enrollment.pk,
        journey="onboarding",
        version=1,
        step="hello",
        template_version=text,
        channel=["email", "sms", "push"][index % 3],
        purpose="marketing",
        topic="club",
        priority=50,
        journey_at=now - timedelta(days=20),
        state=state,
        reason=REASONS.get(state, ""),
        created_at=now - timedelta(hours=3),
        due_at=now + timedelta(hours=8),
        expires_at=now + timedelta(days=3),
        first_held_at=now - timedelta(hours=2) if state == State.PLANNED else None,
        final_at=now if state in FINAL else None,
        address="anna@shop.example",
        zone="Europe/Warsaw",
        zone_rung="attribute",
    )
    Decision.objects.create(
        message=message,
        decided_at=now - timedelta(hours=2),
        outcome="hold" if state == State.PLANNED else "allow",
        reason="quiet_hours" if state == State.PLANNED else "allowed",
        until=now + timedelta(hours=8) if state == State.PLANNED else None,
        evidence={
            "zone": "Europe/Warsaw",
            "zone_known_by": "attribute",
            "opens_at": (now + timedelta(hours=8)).astimezone(UTC).isoformat(),
        },
    )
    DeliveryAttempt.objects.create(
        message=message, number=1, fence=1, provider="mailbox_email", settled_at=now, outcome="accepted"
    )
    for kind in ("delivered", "opened"):
        Receipt.objects.create(
            key=f"{kind}{index}",
            provider="mailbox_email",
            kind=kind,
            message=message,
            occurred_at=now,
            received_at=now,
            machine=kind == "opened",
        )
    MessageBody.objects.create(
        message=message, composed_at=now, context={"customer": {"first_name": "Anna"}}, languages=["pl", "en"]
    )
    return message


def make_mailbox(now: datetime) -> tuple[MailboxMessage, MailboxMessage, MailboxMessage]:
    """One kept message of each channel."""
    contents: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        (
            "email",
            "anna@shop.example",
            "Welcome, Anna!",
            {
                "subject": "Welcome, Anna!",
                "text": "Welcome, Anna!\n\nGood to have you.",
                "html": EMAIL,
                "sender_name": "My shop",
                "sender_address": "hello@shop.example",
                "headers": {"List-Unsubscribe": "<https://shop.example/u/abc>"},
            },
        ),
        (
            "sms",
            "+48600000000",
            "Cześć Anno! Twoja zniżka 20% czeka do niedzieli: shop.example/z",
            {
                "text": "Cześć Anno! Twoja zniżka 20% czeka do niedzieli: shop.example/z",
                "parts": 1,
                "sender_name": "MyShop",
            },
        ),
        (
            "push",
            "device-1",
            "Twoja nagroda",
            {
                "title": "Twoja nagroda",
                "body": "Masz 120 punktów do wykorzystania.",
                "url": "https://shop.example/club",
            },
        ),
    )
    rows = [
        MailboxMessage.objects.create(
            key=f"{index:032x}",
            channel=channel,
            recipient=to,
            subject=subject,
            content=content,
            composed_at=now,
        )
        for index, (channel, to, subject, content) in enumerate(contents)
    ]
    return rows[0], rows[1], rows[2]
