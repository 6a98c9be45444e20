"""What becomes of pairs and keys in a merge, an export and by age; and the command."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from orchestrator.customers.export import export
from orchestrator.customers.merge import MergeError, Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.duplicates.decide import Decided, tell_apart, unite
from orchestrator.duplicates.models import DuplicateKey, DuplicateSearch, LikelyDuplicate
from orchestrator.journeys.retain import retain
from orchestrator.workspace.models import AuditEntry, Retention
from tests.duplicates.conftest import JAN, NOW, come, looked, pairs

pytestmark = pytest.mark.django_db


def four() -> list[int]:
    """Four rows of one person: six pairs."""
    ids = [come(f"p{n}", email=f"jan+{n}@a.pl", **JAN) for n in range(4)]
    looked()
    assert len(pairs()) == 6
    return ids


def states() -> dict[tuple[int, int], str]:
    return {(row[0], row[1]): row[4] for row in pairs()}


def test_a_merge_decides_its_pair_and_the_others_are_the_survivors() -> None:
    a, b, c, d = four()
    merge([Pair(a, b)], NOW)
    assert states() == {(a, b): "merged", (a, c): "open", (a, d): "open", (c, d): "open"}
    assert set(DuplicateKey.objects.values_list("customer", flat=True)) == {a, c, d}
    row = LikelyDuplicate.objects.get(first=a, second=b)
    assert (row.decided_at, row.decided_by) == (NOW, None)
    looked(NOW + timedelta(hours=1))
    assert states() == {(a, b): "merged", (a, c): "open", (a, d): "open", (c, d): "open"}


@pytest.mark.parametrize("apart", [(1, 2), (0, 2)])
def test_that_two_are_two_people_outlives_a_merge_with_a_third(apart: tuple[int, int]) -> None:
    ids = four()
    a, b, c, d = ids
    told = LikelyDuplicate.objects.get(first=ids[apart[0]], second=ids[apart[1]])
    tell_apart(told, NOW, None)
    merge([Pair(b, a)], NOW)
    assert states() == {(a, b): "merged", (b, c): "two_people", (b, d): "open", (c, d): "open"}
    looked(NOW + timedelta(hours=1))
    assert states()[b, c] == "two_people"


def test_who_is_merged_nevertheless_is_one_person() -> None:
    a, b, _c, _d = four()
    tell_apart(LikelyDuplicate.objects.get(first=a, second=b), NOW, None)
    merge([Pair(a, b)], NOW)
    assert states()[a, b] == "merged"
    merge([Pair(a, b)], NOW)
    assert states()[a, b] == "merged"


def test_a_merge_in_the_middle_of_a_search_is_not_taken_for_no_longer_alike() -> None:
    from orchestrator.duplicates.search import newest, search, want

    a, b, c, d = four()
    later = NOW + timedelta(days=2)
    want(later)
    search(later)
    while newest().phase == "keys":  # type: ignore[union-attr]
        search(later)
    while search(later) and newest().cursor < 1 and newest().phase == "pairs":  # type: ignore[union-attr]
        pass
    merge([Pair(d, a)], later)
    while search(later):
        pass
    assert states() == {(a, d): "merged", (b, c): "open", (b, d): "open", (c, d): "open"}


def test_united_by_somebody_it_says_who_and_the_log_has_it(twins: tuple[int, int]) -> None:
    looked()
    ola, pair = User.objects.create_user("ola"), LikelyDuplicate.objects.get()
    unite(pair, twins[1], NOW, ola)
    assert Customer.objects.get(pk=twins[0]).merged_into_id == twins[1]
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by, pair.decided_at) == ("merged", ola, NOW)
    assert list(AuditEntry.objects.values_list("action", "who_name")) == [("merged", "ola")]
    for act in (lambda: unite(pair, twins[1], NOW, ola), lambda: tell_apart(pair, NOW, ola)):
        with pytest.raises(Decided):
            act()
    assert AuditEntry.objects.count() == 1


def test_told_apart_by_somebody_is_noted_by_numbers(twins: tuple[int, int]) -> None:
    looked()
    ola, pair = User.objects.create_user("ola"), LikelyDuplicate.objects.get()
    tell_apart(pair, NOW, ola)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("two_people", ola)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.details) == ("told_apart", {"people": 2, "pair": pair.pk})
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_only_one_of_the_pair_can_stay(twins: tuple[int, int]) -> None:
    looked()
    stranger = come("stranger")
    with pytest.raises(ValueError, match="one of the pair"):
        unite(LikelyDuplicate.objects.get(), stranger, NOW, None)
    Customer.objects.filter(pk=twins[0]).update(erased_at=NOW)
    with pytest.raises(MergeError):
        unite(LikelyDuplicate.objects.get(), twins[1], NOW, None)
    assert states() == {twins: "open"}


def test_an_export_tells_the_signs_and_not_who_the_other_is(twins: tuple[int, int]) -> None:
    looked()
    out = io.BytesIO()
    export(twins[0], out, "en", NOW)
    with zipfile.ZipFile(out) as archive:
        text = archive.read("export.json").decode()
    told = json.loads(text)
    assert told["likely_duplicates"] == [
        {
            "weight": 90, "strength": "likely", "evidence": " email_form name ",
            "evidence_in_words": "one email address, written in two ways; the same name",
            "found_at": "2026-03-02T12:00:00Z", "state": "open", "state_in_words": "to be looked at", "decided_at": None,
        }
    ]  # fmt: skip
    assert sorted(one["kind_in_words"] for one in told["duplicate_keys"]) == [
        "an address of email", "name and how the email begins", "name and how the email ends",
    ]  # fmt: skip
    assert "googlemail" not in text
    assert '"two"' not in text


def test_what_is_settled_goes_by_age_and_two_people_stay() -> None:
    a, b, c, d = four()
    merge([Pair(a, b)], NOW)
    tell_apart(LikelyDuplicate.objects.get(first=c, second=d), NOW, None)
    looked(NOW + timedelta(days=2))
    late = NOW + timedelta(days=400)
    Retention.objects.create(table="duplicate", days=30, due_at=late)
    Retention.objects.create(table="search", days=7, due_at=late)
    while retain(late) or Retention.objects.filter(due_at__lte=late).exists():
        pass
    assert states() == {(a, c): "open", (a, d): "open", (c, d): "two_people"}
    assert DuplicateSearch.objects.count() == 1  # the one that the next follows


def test_the_command_searches_and_tells(twins: tuple[int, int]) -> None:
    out = io.StringIO()
    call_command("find_duplicates", "--json", stdout=out)
    told = json.loads(out.getvalue())
    told.pop("seconds")
    assert told == {
        "people": 2, "compared": 1, "found": 1, "gone": 0, "crowds": {}, "open": {"likely": 1},
    }  # fmt: skip
    out = io.StringIO()
    call_command("find_duplicates", stdout=out)
    assert out.getvalue().splitlines()[:3] == [
        "2 people; 1 pairs that share something were compared.",
        "0 pairs are new, 0 are no longer alike.",
        "To be looked at: 1 likely and 0 possible pairs.",
    ]
