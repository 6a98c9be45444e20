"""Who stands for a customer now."""

from __future__ import annotations

import pytest
from django.utils import timezone

from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import survivors

pytestmark = pytest.mark.django_db


def make(count: int) -> list[int]:
    now = timezone.now()
    rows = [Customer(external_id=f"c-{n}", created_at=now, updated_at=now) for n in range(count)]
    return [row.pk for row in Customer.objects.bulk_create(rows)]


def merge(one: int, into: int) -> None:
    Customer.objects.filter(id=one).update(merged_into=into)


def test_oneself_or_the_end_of_the_chain(django_assert_num_queries):
    a, b, c, d = make(4)
    merge(a, b)
    merge(b, c)
    with django_assert_num_queries(2):
        assert survivors({a, b, d}) == {a: c, b: c, d: d}


def test_nobody_stands_for_the_erased_or_for_who_was_merged_into_them():
    a, b, c = make(3)
    merge(a, b)
    Customer.objects.filter(id__in=(b, c)).update(erased_at=timezone.now())
    assert survivors({a, b, c, 999}) == {}


def test_a_circle_ends():
    a, b = make(2)
    merge(a, b)
    merge(b, a)
    assert survivors({a, b}) == {}


def test_nobody_is_asked_about_for_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert survivors(set()) == {}
