"""What most teams would write: a Celery task for each person and step, with the ORM. Its worker, and its queue.

The task is written as well as such tasks are: one transaction, a template compiled once, `exists` and not `count`.
It does less than ours: no quiet hours, no record of the decision, nothing settled, and no lock, so that two of its
workers can overshoot the cap.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import cache

import django
from celery import Celery

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from jinja2 import Environment  # noqa: E402

from orchestrator.consents.models import Consent  # noqa: E402
from orchestrator.customers.models import Address, Customer  # noqa: E402
from orchestrator.domain.splits import bucket  # noqa: E402
from orchestrator.events.models import Event  # noqa: E402
from orchestrator.journeys.models import Enrollment  # noqa: E402
from orchestrator.messaging.models import Message, TemplateVersion  # noqa: E402
from orchestrator.workspace.models import Workspace  # noqa: E402
from tests.bench.journeys import CAP, GOLD, HTML, SUBJECT, WINDOW_DAYS  # noqa: E402

# Not the current app of whoever imports this: the house's doorbells go through that one.
app = Celery("naive", broker=os.environ["REDIS_URL"], set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_default_queue="naive",
    broker_transport_options={"global_keyprefix": "naive:"},
)
if os.environ.get("BENCH_REUSE"):
    # The name under which Celery looks this setting up; by any other it closes the connection after every task.
    app.conf.update(CELERY_DB_REUSE_MAX=1_000_000)
HALF = 5_000  # of ten thousand
environment = Environment(autoescape=True)
subject, html = environment.from_string(SUBJECT), environment.from_string(HTML)


@app.task(name="naive.send")
def send(enrollment_id: int, now: str) -> None:
    """Decide one person's step, write the message, and finish the passage."""
    moment = datetime.fromisoformat(now)
    with transaction.atomic():
        enrollment = Enrollment.objects.select_related("customer", "journey").get(pk=enrollment_id)
        _step(enrollment, moment)
        enrollment.status, enrollment.due_at, enrollment.finished_at = "completed", None, moment
        enrollment.save()


def _step(enrollment: Enrollment, now: datetime) -> None:
    customer = enrollment.customer
    address = Address.objects.filter(customer=customer, channel="email", invalid_at=None).first()
    agreed = Consent.objects.filter(
        customer=customer, channel="email", purpose="marketing", state="granted"
    ).exists()
    sent = Message.objects.filter(customer=customer, counted_at__gte=now - timedelta(days=7)).count()
    if address is not None and agreed and sent < CAP:
        _write(enrollment, customer, address, _which(customer, enrollment, now), now)


def _which(customer: Customer, enrollment: Enrollment, now: datetime) -> str:
    recent = Event.objects.filter(
        customer=customer, name="order.placed", occurred_at__gt=now - timedelta(days=WINDOW_DAYS)
    )
    if customer.attributes.get("tier") == GOLD and recent.exists():
        return "offer_a" if bucket(_salt(), "halves", str(customer.pk)) < HALF else "offer_b"
    return "offer_c"


@cache
def _salt() -> str:
    """The salt of our own split, so that both choose the same for everybody."""
    return f"{Workspace.get().salt}:engine"


def _write(enrollment: Enrollment, customer: Customer, address: Address, step: str, now: datetime) -> None:
    said = {"customer": customer.attributes, "brand": {"name": enrollment.journey.brand.name}}
    template = TemplateVersion.objects.filter(template__key="offer").latest("id")
    Message.objects.create(
        key=f"naive-{enrollment.pk}",
        customer=customer,
        brand_id=enrollment.journey.brand_id,
        enrollment_id=enrollment.pk,
        journey=enrollment.journey.key,
        version=1,
        step=step,
        template_version=template,
        channel="email",
        purpose="marketing",
        priority=50,
        journey_at=now,
        parameters={"subject": subject.render(said), "html": html.render(said)},
        created_at=timezone.now(),
        due_at=now,
        expires_at=now + timedelta(days=3),
        counted_at=now,
        state="accepted",
        address=address.value,
        address_digest=address.digest,
    )
