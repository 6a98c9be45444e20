"""A search finds each sign in real rows, goes on where it was killed, and forgets what is no longer so."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.customers.rectify import Corrections, rectify
from orchestrator.customers.restrict import lift, restrict
from orchestrator.duplicates import keys as keys_module
from orchestrator.duplicates import pairs as pairs_module
from orchestrator.duplicates import search as search_module
from orchestrator.duplicates.decide import tell_apart
from orchestrator.duplicates.models import DuplicateKey, DuplicateSearch, LikelyDuplicate
from orchestrator.duplicates.search import EVERY, newest, search, want
from orchestrator.journeys.waiting import waiting
from orchestrator.journeys.work import work
from tests.customers.test_ordered import killed
from tests.duplicates.conftest import JAN, NOW, come, looked, pairs

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
NEXT = NOW + EVERY
ANNA = {"first_name": "Anna", "last_name": "Nowak"}


@pytest.mark.parametrize(
    ("one", "other", "weight", "evidence"),
    [
        ({"email": "jan@a.pl"}, {"email": "JAN@a.pl"}, 80, ["email"]),
        ({"email": "jan@żółw.pl"}, {"email": "jan+x@xn--w-uga1v8h.pl"}, 75, ["email_form"]),
        ({"email": "jan@a.pl"}, {"attribute": "jan@a.pl"}, 60, ["email_told"]),
        ({"email": "jan.kowalski@a.pl", **JAN}, {"email": "jan.kowalsik@a.pl", **JAN}, 50, ["name_typo"]),
        ({"email": "kotek.84@gmail.com", **JAN}, {"email": "kotek.84@a.pl", **JAN}, 45, ["name_local"]),
        ({"sms": "+48 501 234 567"}, {"sms": "501234567"}, 60, ["phone"]),
        ({"sms": "+48501234567"}, {"phone": "501 234 567"}, 50, ["phone_told"]),
        ({"mobile": "+48501234567"}, {"phone": 501234567}, 50, ["phone_told"]),
        ({"push": "device-1"}, {"push": "device-1"}, 45, ["device"]),
        ({"birthday": "1984-05-17", **JAN}, {"birth_date": "1984-05-17", "name": "KOWALSKI Jan"}, 65, ["name_birthday"]),
        ({"postcode": "00-123", **JAN}, {"zip": "00123", **JAN}, 45, ["name_postcode"]),
        ({"postcode": "00-123", **JAN}, {"zip": "00-123", **JAN}, 45, ["name_postcode"]),
        ({"sms": "+48501234567", "city": "Łódź", **JAN}, {"sms": "+48501234567", "city": "LODZ", **JAN}, 85,
         ["phone", "name_city"]),
        ({"sms": "+48501234567", **JAN}, {"sms": "+48501234567", **JAN}, 75, ["phone", "name"]),
        ({"city": "Łódź", **JAN}, {"city": "Łódź", **JAN}, None, None),
        ({"sms": "+48501234567", **JAN}, {"sms": "+48501234567", **ANNA}, None, None),
    ],
)  # fmt: skip
def test_each_sign_is_found_in_real_rows(
    one: dict[str, Any], other: dict[str, Any], weight: int | None, evidence: list[str] | None
) -> None:
    other, told = dict(other), other.get("attribute")
    other.pop("attribute", None)
    first, second = come("one", **one), come("two", **other)
    if told:
        Customer.objects.filter(pk=second).update(attributes={"email": told})
    come("three", email="nobody@else.pl", first_name="Ewa", last_name="Lis", push="other", sms="+48600000000")
    looked()
    assert pairs() == ([] if weight is None else [(first, second, weight, evidence, "open")])


def test_a_search_counts_what_it_did(twins: tuple[int, int]) -> None:
    looked()
    one = newest()
    assert one is not None
    assert (one.phase, one.people, one.keys, one.compared, one.found, one.gone, one.crowds) == (
        "done", 2, 6, 1, 1, 0, {},
    )  # fmt: skip
    assert (one.began_at, one.ended_at, one.due_at) == (NOW, NOW, NEXT)
    (row,) = LikelyDuplicate.objects.all()
    assert (row.weight, row.strength, row.evidence, row.found_at) == (90, "likely", " email_form name ", NOW)


def test_what_is_kept_names_nobody(twins: tuple[int, int]) -> None:
    looked()
    kept = str(list(DuplicateKey.objects.values_list())) + str(list(LikelyDuplicate.objects.values_list()))
    assert not [word for word in ("jan", "kowalski", "gmail") if word in kept.lower()]


@pytest.mark.parametrize("many", [6, 7])
def test_a_crowd_is_counted_and_nobody_in_it_is_compared(many: int) -> None:
    ids = [come(f"p{number}", push="tablet") for number in range(many)]
    looked()
    one = newest()
    assert one is not None
    if many == 6:
        assert len(pairs()) == one.compared == 15
        assert one.crowds == {}
    else:
        assert (pairs(), one.compared, one.crowds) == ([], 0, {"device": [1, len(ids)]})


def test_who_is_erased_merged_or_restricted_is_left_out(twins: tuple[int, int]) -> None:
    first, second = twins
    restrict([second], NOW)
    looked()
    assert pairs() == []
    assert set(DuplicateKey.objects.values_list("customer", flat=True)) == {first}
    lift([second], NOW)
    looked(LATER)
    assert [row[4] for row in pairs()] == ["open"]
    restrict([first], NOW)
    looked(LATER)
    assert [row[4] for row in pairs()] == ["gone"]
    assert set(DuplicateKey.objects.values_list("customer", flat=True)) == {second}


def test_an_erasure_in_between_leaves_nothing(twins: tuple[int, int]) -> None:
    first, second = twins
    looked()
    erase([first], NOW)
    assert (pairs(), set(DuplicateKey.objects.values_list("customer", flat=True))) == ([], {second})
    looked(LATER)
    assert (pairs(), set(DuplicateKey.objects.values_list("customer", flat=True))) == ([], {second})


def test_between_the_phases_somebody_is_erased_merged_or_corrected(twins: tuple[int, int]) -> None:
    first, second = twins
    third = come("three", email="jan.k+3@gmail.com", **JAN)
    fourth = come("four", email="jan.k+4@gmail.com", **JAN)
    want(NOW)
    while newest().phase == "keys":  # type: ignore[union-attr]
        assert search(NOW)
    erase([first], NOW)
    merge([Pair(second, third)], NOW)
    while search(NOW):
        pass
    assert pairs() == [(second, fourth, 90, ["email_form", "name"], "open")]
    address = Customer.objects.get(pk=fourth).addresses.get()
    rectify(fourth, Corrections(attributes={"last_name": "Lis"}, addresses={address.pk: "x@a.pl"}), NOW)
    looked(LATER)
    assert [row[4] for row in pairs()] == ["gone"]


def test_what_is_corrected_is_gone_and_comes_back_when_it_is_so_again(twins: tuple[int, int]) -> None:
    looked()
    address = Customer.objects.get(pk=twins[1]).addresses.get()
    rectify(twins[1], Corrections(addresses={address.pk: "other@a.pl"}), NOW)
    looked(LATER)
    assert [row[4] for row in pairs()] == ["gone"]
    assert newest().gone == 1  # type: ignore[union-attr]
    come("two", email="jank+again@gmail.com")
    looked(NEXT + EVERY)
    assert [row[2:] for row in pairs()] == [(90, ["email_form", "name"], "open")]
    row = LikelyDuplicate.objects.get()
    assert (row.found_at, row.decided_at) == (NEXT + EVERY, None)


def test_two_people_are_never_asked_about_again(twins: tuple[int, int]) -> None:
    looked()
    tell_apart(LikelyDuplicate.objects.get(), NOW, None)
    looked(LATER)
    looked(NEXT + EVERY)
    assert [row[4] for row in pairs()] == ["two_people"]


def test_a_second_search_writes_no_keys_where_nothing_has_changed(
    twins: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked()
    monkeypatch.setattr(keys_module.bulk, "insert", lambda model, columns, rows, **more: rows and 1 / 0)
    looked(NEXT)
    assert len(pairs()) == 1
    assert DuplicateKey.objects.count() == 6


def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Chunks of three people, and slices of a few keys."""
    monkeypatch.setattr(search_module, "KEYS_AT_ONCE", 5)
    return lambda now=NOW: search(now, 3)


def crowd_of_twins(count: int = 6) -> list[tuple[int, int]]:
    return [
        (come(f"a{n}", email=f"anna{n}@a.pl"), come(f"b{n}", email=f"anna{n}+x@a.pl")) for n in range(count)
    ]


POINTS = ("facts", "keys", "pairs", "commit")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("place", [1, 2])
def test_killed_in_the_middle_it_goes_on_there_and_finds_each_pair_once(
    monkeypatch: pytest.MonkeyPatch, point: str, place: int
) -> None:
    twins = crowd_of_twins()
    chunk = small(monkeypatch)
    want(NOW)
    with monkeypatch.context() as patch:
        _doom(patch, point, place)
        assert killed(lambda: [None for _ in range(99) if chunk()]) == signal.SIGKILL
    one = newest()
    assert one is not None
    before = (one.phase, one.cursor, one.people)
    done = {row[:2] for row in pairs()}
    assert one.phase != "done"
    assert done < {*twins}
    while chunk():
        pass
    assert [row[:2] for row in pairs()] == sorted(twins)
    one.refresh_from_db()
    assert (one.people, one.found, one.compared, DuplicateKey.objects.count()) == (12, 6, 6, 12), before
    assert DuplicateSearch.objects.count() == 1


def _doom(patch: pytest.MonkeyPatch, point: str, place: int) -> None:
    """Die as the point is passed the place-th time."""
    passed: list[int] = []

    def dying(act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            answer = act(*args, **more)
            passed.append(1)
            if len(passed) == place:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return wrapped

    if point == "facts":
        patch.setattr(search_module, "load", dying(search_module.load))
    elif point == "keys":
        patch.setattr(keys_module, "write", dying(keys_module.write))
    elif point == "pairs":
        patch.setattr(pairs_module, "store", dying(pairs_module.store))
    else:
        patch.setattr(search_module, "_keep", dying(search_module._keep))


def test_the_same_statements_for_few_and_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for round_, count in enumerate((3, 40)):
        for n in range(count):
            come(f"a{round_}{n}", email=f"p{round_}{n}@a.pl", sms=f"+48501{round_}{n:05}")
            come(f"b{round_}{n}", email=f"p{round_}{n}+x@a.pl", sms=f"+48501{round_}{n:05}")
        now = NOW + round_ * 2 * EVERY
        want(now)
        search(now) if round_ else None  # which only begins the next one
        counts = []
        while True:
            with CaptureQueriesContext(connection) as seen:
                more = search(now)
            counts.append(len(seen))
            if not more:
                break
        asked.append(counts)
    assert max(asked[1]) <= max(asked[0]) + 1  # the first search had no keys to take away
    assert max(max(counts) for counts in asked) <= 14, asked


def test_workers_look_once_somebody_has_asked_and_then_every_day(twins: tuple[int, int]) -> None:
    assert "duplicates" not in waiting(NOW)
    work(NOW)
    assert pairs() == []
    want(NOW)
    assert "duplicates" in waiting(NOW)
    work(NOW)
    assert len(pairs()) == 1
    assert "duplicates" not in waiting(NEXT - timedelta(seconds=1))
    work(NEXT)
    assert list(DuplicateSearch.objects.order_by("id").values_list("phase", "due_at")) == [
        ("done", None), ("done", NEXT + EVERY),
    ]  # fmt: skip


def test_asked_for_while_it_runs_it_goes_on(twins: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    want(NOW)
    assert search(NOW, 1) == 1
    cursor = newest().cursor  # type: ignore[union-attr]
    want(LATER)
    assert (DuplicateSearch.objects.count(), newest().cursor) == (1, cursor)  # type: ignore[union-attr]
