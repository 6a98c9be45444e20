"""What becomes of a request of a person, move by move; and what is corrected of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from orchestrator.consents.models import Suppression
from orchestrator.customers import privacy
from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address, Customer, PrivacyComment, PrivacyRequest
from orchestrator.customers.privacy import Moved, NotInTime
from orchestrator.customers.rectify import Corrections, rectify
from orchestrator.workspace.models import Workspace
from tests.scenarios import conftest as scenarios
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

world = scenarios.world  # the fixture


def asked(world: World, customer: int | None, kind: str = "access") -> PrivacyRequest:
    return privacy.receive(kind, customer, "email", date(2026, 1, 31), "", None, world.now)


def state() -> str:
    return PrivacyRequest.objects.get().state


def officer() -> User:
    return User.objects.create_user("officer")


def test_it_is_due_a_month_after_it_was_received_by_the_workspaces_holidays(world: World) -> None:
    assert asked(world, None).due_on == date(2026, 3, 2)
    world.workspace(country="XX")
    assert asked(world, None).due_on == date(2026, 3, 2)
    late = privacy.receive("access", None, "letter", date(2026, 3, 6), "I want it.", None, world.now)
    assert late.due_on == date(2026, 4, 6)
    world.workspace(country="PL")
    late = privacy.receive("access", None, "letter", date(2026, 3, 6), "", None, world.now)
    assert late.due_on == date(2026, 4, 7)
    assert list(PrivacyComment.objects.values_list("text", flat=True)) == ["I want it."]


def test_the_way_of_a_request(world: World) -> None:
    one, by = asked(world, None), officer()
    with pytest.raises(Moved):  # nobody is known
        privacy.check(one, "passport", by, world.now)
    privacy.link(one, world.person(), by, world.now)
    for too_early in (
        lambda: privacy.take(one, by, world.now),
        lambda: privacy.done(one, {}, "", by, world.now),
    ):
        with pytest.raises(Moved):
            too_early()
    assert state() == "received"
    privacy.check(one, "called back", by, world.now)
    with pytest.raises(Moved):
        privacy.check(one, "again", by, world.now)
    with pytest.raises(Moved):  # whose it is stands
        privacy.link(one, world.person("bela"), by, world.now)
    privacy.take(one, by, world.now)
    privacy.done(one, {"sha256": "ab"}, "sent", by, world.now)
    row = PrivacyRequest.objects.get()
    assert (row.state, row.identity, row.identity_by, row.taken_by) == ("done", "called back", by, by)
    assert (row.closed_by, row.closed_at, row.result, row.answer) == (by, world.now, {"sha256": "ab"}, "sent")


@pytest.mark.parametrize("end", ["done", "refused", "withdrawn"])
def test_what_is_closed_stays_as_it_is(world: World, end: str) -> None:
    one, by, at = asked(world, world.person()), officer(), world.now
    privacy.check(one, "x", by, at)
    ends: dict[str, Any] = {
        "done": lambda: privacy.done(one, {}, "a", by, at),
        "refused": lambda: privacy.refuse(one, "excessive", "a", by, at),
        "withdrawn": lambda: privacy.withdraw(one, "a", by, at),
    }
    ends[end]()
    kept = PrivacyRequest.objects.values().get()
    moves = [
        *ends.values(),
        lambda: privacy.take(one, by, at),
        lambda: privacy.check(one, "y", by, at),
        lambda: privacy.extend(one, "w", date(2026, 2, 1), "h", by, at),
        lambda: privacy.link(one, kept["customer_id"], by, at),
    ]
    for move in moves:
        with pytest.raises(Moved):
            move()
    assert PrivacyRequest.objects.values().get() == kept


def test_extended_once_where_they_were_told_within_the_first_month(world: World) -> None:
    one = asked(world, None)
    wrong = [date(2026, 1, 30), date(2026, 3, 3), date(2026, 3, 4)]
    for told_on in wrong:  # before it came; after its month; a day that is still to come
        with pytest.raises(NotInTime):
            privacy.extend(one, "many", told_on, "letter", None, datetime(2026, 3, 3, tzinfo=UTC))
    with pytest.raises(NotInTime):
        privacy.extend(one, "many", date(2026, 2, 20), "letter", None, datetime(2026, 2, 19, tzinfo=UTC))
    assert PrivacyRequest.objects.get().due_on == date(2026, 3, 2)
    privacy.extend(one, "many", date(2026, 3, 2), "letter", None, world.now)
    row = PrivacyRequest.objects.get()
    assert (row.due_on, row.extended_on) == (date(2026, 4, 30), date(2026, 3, 2))
    assert (row.extended_why, row.extended_told) == ("many", "letter")
    with pytest.raises(Moved):
        privacy.extend(one, "more", date(2026, 3, 2), "letter", None, world.now)
    assert PrivacyRequest.objects.get().due_on == date(2026, 4, 30)


def test_the_day_is_the_workspaces(world: World) -> None:
    assert privacy.today(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)) == date(2026, 3, 3)
    Workspace.objects.update(time_zone="America/New_York")
    assert privacy.today(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)) == date(2026, 3, 2)


def test_what_is_corrected_and_nothing_else(world: World) -> None:
    anna = world.person(attributes={"city": "Lodz", "age": 30})
    bela = world.person("bela")
    email, sms = Address.objects.filter(customer=anna).order_by("channel")
    Address.objects.update(verified_at=world.now)
    world.run(hours=1)
    before = Customer.objects.filter(pk=bela).values().get()
    later = world.now
    said = Corrections(
        "pl", {"city": "Łódź", "age": None, "first_name": "Anna"}, {email.pk: "Anna.K@Example.com"}
    )
    assert rectify(anna, said, later) == ["language", "age", "city", "email"]
    row = Customer.objects.get(pk=anna)
    assert (row.language, row.attributes, row.changed_pending) == (
        "pl",
        {"first_name": "Anna", "city": "Łódź"},
        True,
    )
    got = list(row.addresses.order_by("channel").values_list("channel", "value", "verified_at", "created_at"))
    assert got[0] == ("email", "anna.k@example.com", None, later)
    assert got[1][:2] == ("sms", sms.value)
    assert Customer.objects.filter(pk=bela).values().get() == before
    assert rectify(anna, Corrections("pl", {"city": "Łódź"}), later + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    "said",
    [
        Corrections(attributes={"a\0b": 1}),
        Corrections(language="klingon!"),
        Corrections(attributes={"city": "Gdynia"}, addresses={0: "no address"}),
    ],
)
def test_what_cannot_be_stored_changes_nothing(world: World, said: Corrections) -> None:
    anna = world.person()
    email = Address.objects.get(customer=anna, channel="email")
    before = Customer.objects.values().get(), list(Address.objects.values())
    addresses = {email.pk: said.addresses[0]} if said.addresses else {}
    spelled = Corrections(said.language, said.attributes, addresses)
    with pytest.raises(ValueError, match=r"."):
        rectify(anna, spelled, world.now)
    assert (Customer.objects.values().get(), list(Address.objects.values())) == before


def test_another_persons_address_is_not_theirs_to_correct(world: World) -> None:
    anna, bela = world.person(), world.person("bela")
    hers = Address.objects.get(customer=bela, channel="email")
    assert rectify(anna, Corrections(addresses={hers.pk: "x@example.com"}), world.now) == []
    assert Address.objects.get(pk=hers.pk).value == "bela@example.com"


@pytest.mark.parametrize(("suppressed", "state"), [(False, "accepted"), (True, "skipped")])
def test_what_is_planned_goes_to_the_corrected_address_as_far_as_it_may(
    world: World, suppressed: bool, state: str
) -> None:
    world.publish(one_send("note"), note="")
    world.workspace(paused_channels=["email"])
    anna = world.person()
    world.event(anna, "note.wanted")
    world.run(minutes=1)
    if suppressed:
        Suppression.objects.create(
            channel="email",
            digest=digest("email", "new@example.com"),
            reason="complaint",
            created_at=world.now,
        )
    email = Address.objects.get(customer=anna, channel="email")
    assert rectify(anna, Corrections(addresses={email.pk: "new@example.com"}), world.now) == ["email"]
    world.workspace(paused_channels=[])
    world.run(hours=1)
    assert [one[1] for one in world.messages()] == [state]
    assert [one[1] for one in world.mailbox()] == ([] if suppressed else ["new@example.com"])


def test_of_the_erased_and_the_merged_nothing_is_corrected(world: World) -> None:
    anna = world.person()
    Customer.objects.update(erased_at=world.now)
    with pytest.raises(ValueError, match="erased or merged"):
        rectify(anna, Corrections(attributes={"a": 1}), world.now)
