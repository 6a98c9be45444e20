"""What a simulation begins with, and that the real tables cannot be written to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection

from orchestrator.consents.models import Consent, ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys.simulation.start import BARE, begin, tables
from orchestrator.journeys.simulation.twins import NEW, Twins, apart
from orchestrator.segments.models import Membership, Segment, Transition
from orchestrator.workspace.models import Brand

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEFORE, LATER = AT - timedelta(microseconds=1), AT + timedelta(days=1)


@pytest.fixture
def base() -> None:
    """Somebody known before, somebody exactly at the beginning, and somebody imported later with an older order."""
    for name, created in (("anna", BEFORE), ("bea", AT), ("cid", LATER)):
        Customer.objects.create(external_id=name, created_at=created, updated_at=created)
    people = {one.external_id: one for one in Customer.objects.all()}
    for name, at, received, old in (
        ("anna", BEFORE, BEFORE, False),
        ("bea", AT, AT, False),
        ("cid", BEFORE, LATER, True),
    ):
        Event.objects.create(
            customer=people[name],
            name="order.placed",
            key=name,
            occurred_at=at,
            received_at=received,
            backfilled=old,
        )
    Segment.objects.create(key="all", title="All", rule={"attribute": "x", "is": "y"}, changed_at=AT)
    guests = Segment.objects.create(
        key="guests", title="Guests", rule={}, static=True, settled=True, changed_at=AT, measure_at=AT
    )
    for segment in Segment.objects.all():
        Membership.objects.create(segment=segment, customer=people["anna"], since=LATER)
    Transition.objects.create(segment=guests, customer=people["anna"], at=BEFORE, entered=True)
    brand, _ = Brand.objects.get_or_create(key="default")  # emptied with the tables of the test before
    for number, (state, at) in enumerate((("granted", BEFORE), ("withdrawn", LATER))):
        said = {
            "customer": people["anna"],
            "brand": brand,
            "channel": "email",
            "purpose": "marketing",
            "state": state,
        }
        record = ConsentRecord.objects.create(**said, recorded_at=at, number=number, source="form")
    Consent.objects.create(**said, changed_at=LATER, record=record)


@pytest.fixture
def twins(base: None) -> Iterator[Twins]:
    """A simulation that begins at AT."""
    with apart() as own:
        begin(own, AT, [])
        own.shut()
        yield own


def test_it_begins_with_what_there_was_just_before(twins: Twins) -> None:
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"anna", "cid"}
    assert sorted(Event.objects.values_list("key", "pending")) == [("anna", False), ("cid", False)]
    assert list(Consent.objects.values_list("state", "changed_at")) == [("granted", BEFORE)]
    segments = Segment.objects.order_by("key").values_list("key", "due_at", "settled", "measure_at")
    assert list(segments) == [("all", AT, False, None), ("guests", None, True, None)]
    # A rule finds its people anew; of a list it is only known who is on it now.
    assert list(Membership.objects.values_list("segment__key", "customer__external_id")) == [
        ("guests", "anna")
    ]
    assert not Transition.objects.exists()


def test_what_is_made_in_it_is_numbered_apart_and_stays_in_it(twins: Twins) -> None:
    made = Customer.objects.create(external_id="eva", created_at=AT, updated_at=AT)
    assert made.pk >= NEW
    Customer.objects.filter(external_id="anna").update(language="pl")
    Event.objects.all().delete()
    real = twins.rows(
        f"SELECT external_id, language FROM {twins.real}.customers_customer ORDER BY external_id"
    )
    assert real == [("anna", ""), ("bea", ""), ("cid", "")]
    assert twins.rows(f"SELECT count(*) FROM {twins.real}.events_event") == [(3,)]


@pytest.mark.parametrize("table", ["customers_customer", "customers_address", "consents_consentrecord"])
def test_the_real_tables_refuse_to_be_written_to(twins: Twins, table: str) -> None:
    if connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"]):
        twins.run("PRAGMA main.query_only = 1")  # a database in memory has no file to open for reading
    with pytest.raises(DatabaseError, match=r"read-?only"):
        twins.run(f"DELETE FROM {twins.real}.{table}")


def test_afterwards_everything_is_as_it_was(base: None) -> None:
    with apart() as own:
        begin(own, AT, [])
        own.shut()
        Event.objects.all().delete()
    assert (Customer.objects.count(), Event.objects.count()) == (3, 3)


def test_every_table_of_ours_has_a_twin_or_is_only_read() -> None:
    assert {"messaging_message", "journeys_enrollment", "customers_customer"} <= set(tables())
    assert not BARE & set(tables())
