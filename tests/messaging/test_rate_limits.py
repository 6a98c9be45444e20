"""RATE LIMITS: no more is claimed than there are tokens for, and what does not leave costs none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.models import Address
from orchestrator.domain.rates import TOKEN
from orchestrator.journeys.tasks import _bells
from orchestrator.journeys.waiting import next_due, waiting
from orchestrator.journeys.work import work
from orchestrator.messaging.claim import claim
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import Decision, Message, RateLimit
from orchestrator.messaging.rows import Claimed
from tests.messaging.conftest import Outbox
from tests.messaging.threads import Beside

SECOND = timedelta(seconds=1)


def limited(messages: int, per: str, burst: int = 1, **more: Any) -> RateLimit:
    return RateLimit.objects.create(**{"channel": "email", **more}, messages=messages, per=per, burst=burst)


def left(limit: RateLimit) -> float:
    """Tokens in its bucket when it was used last."""
    limit.refresh_from_db()
    assert limit.level is not None
    return limit.level / TOKEN


def people(count: int) -> list[str]:
    return [f"person{number}" for number in range(count)]


def by_purpose(claimed: list[Claimed]) -> list[str]:
    return [one.purpose for one in claimed]


def test_no_more_than_there_are_tokens_for_and_the_rest_stays_due(outbox: Outbox):
    outbox.plan(*people(9))
    limit = limited(10, "second", burst=4)
    before = list(Message.objects.order_by("id").values_list("state", "reason", "due_at", "fence"))
    assert len(claim(outbox.now, 100)) == 4
    assert claim(outbox.now, 100) == []
    assert (
        list(Message.objects.order_by("id").values_list("state", "reason", "due_at", "fence"))[4:]
        == before[4:]
    )
    assert left(limit) == 0
    assert len(claim(outbox.now + SECOND / 10, 100)) == 1
    assert len(claim(outbox.now + SECOND, 100)) == 4  # nine tenths have filled it: the burst is the most


def test_a_worker_sleeps_until_the_next_token(outbox: Outbox):
    world = outbox.world
    outbox.plan(*people(3))
    limited(1, "minute")
    began, sent = world.now, []
    assert work(world.now).messages == 1
    for _ in range(2):
        assert waiting(world.now) & {"deliver", "limited"} == set()
        due = next_due()
        assert due is not None
        assert waiting(due - timedelta(microseconds=1)) == set()
        assert _bells(due - timedelta(microseconds=1)) == 0
        assert (_bells(due), "deliver" in waiting(due)) == (1, True)
        world.now = due
        work(world.now)
    sent = list(Message.objects.order_by("handed_off_at").values_list("handed_off_at", "state"))
    assert sent == [(began + n * timedelta(minutes=1), "accepted") for n in range(3)]
    assert next_due() is None


def test_other_channels_and_lanes_do_not_wait_behind_it(outbox: Outbox):
    planned = outbox.plan(*people(6))
    Message.objects.filter(id__in=planned[:3]).update(channel="sms")
    limited(1, "hour", channel="sms")
    assert [one.id for one in claim(outbox.now, 100)] == [planned[0], *planned[3:]]
    assert claim(outbox.now, 100) == []
    assert "deliver" not in waiting(outbox.now)


def test_an_order_has_the_first_token(outbox: Outbox):
    outbox.plan(*people(2))
    code = outbox.plan("zoe", purpose="transactional")[-1]
    Message.objects.filter(id=code).update(due_at=outbox.now + SECOND, purpose="transactional")
    limited(1, "minute")
    assert [one.id for one in claim(outbox.now + SECOND, 100)] == [code]


def test_a_message_that_is_skipped_costs_no_token(outbox: Outbox):
    outbox.plan(*people(3))
    limit = limited(1, "hour", burst=3)
    first = Message.objects.order_by("id").values_list("customer_id", flat=True)[0]
    Address.objects.filter(customer_id=first).update(invalid_at=outbox.now, invalid_reason="bounced")
    assert deliver(outbox.now).handed_off == 2
    assert left(limit) == 1
    accepted = ("accepted", "accepted")
    assert sorted(outbox.states()) == [accepted, accepted, ("skipped", "address_invalid")]


def test_two_limits_hold_together(outbox: Outbox):
    outbox.world.provider()
    outbox.plan(*people(9))
    channel = limited(10, "second", burst=8)
    provider = limited(1, "minute", burst=2, provider="scripted_email")
    assert deliver(outbox.now).handed_off == 2
    assert (left(channel), left(provider)) == (6, 0)


def test_a_provider_that_was_not_expected_is_not_overrun_either(outbox: Outbox):
    """Most go to the mailbox here, so that nobody asked for the provider's tokens at the claim."""
    world = outbox.world
    provider = world.provider()
    settings.DELIVERY_ALLOWLIST = ["example.com"]
    planned = outbox.plan(*people(4))
    limited(1, "minute", provider="scripted_email")
    assert deliver(outbox.now).handed_off == 1
    assert len(provider.calls) == 1
    held = list(Message.objects.filter(state="planned").order_by("id").values_list("id", "reason", "due_at"))
    minute = timedelta(minutes=1)
    assert held == [
        (id_, "rate_limited", outbox.now + n * minute) for n, id_ in enumerate(planned[1:], start=1)
    ]
    assert Decision.objects.filter(outcome="hold").values_list("reason", "evidence").first() == (
        "rate_limited",
        {"check": 14, "messages": 1, "per": "minute", "channel": "email", "provider": "scripted_email"},
    )
    began = world.now
    world.run(minutes=10)
    left_at = Message.objects.order_by("handed_off_at").values_list("handed_off_at", flat=True)
    assert list(left_at) == [began + n * minute for n in range(4)]


def test_what_has_killed_workers_is_taken_alone_and_for_a_token_too(outbox: Outbox):
    outbox.plan(*people(2))
    Message.objects.update(crash_count=2)
    limited(1, "minute")
    assert [len(claim(outbox.now, 10)) for _ in range(3)] == [1, 0, 0]


def test_a_limit_that_is_off_limits_nothing_and_is_not_asked_twice(outbox: Outbox):
    outbox.plan(*people(3))
    limited(1, "hour", enabled=False)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(claim(outbox.now, 10)) == 3
    of_limits = [one["sql"] for one in asked.captured_queries if "ratelimit" in one["sql"]]
    assert (len(of_limits), len(asked.captured_queries) - _transaction(asked)) == (1, 7)


def _transaction(asked: CaptureQueriesContext) -> int:
    return sum(
        1
        for one in asked.captured_queries
        if one["sql"].split()[0] in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_never_exceed_it(outbox: Outbox):
    """Each asks at every tenth of three seconds of virtual time: 10 a second and a burst of 10 are 40, in any order."""
    outbox.plan(*people(120))
    limited(10, "second", burst=10)
    moments = [outbox.now + n * SECOND / 10 for n in range(31)]
    claimed: list[tuple[Any, int]] = []

    def take() -> None:
        for now in moments:
            claimed.extend((now, one.id) for one in claim(now, 7))

    _all_at_once(take, 4)
    assert len({id_ for _, id_ in claimed}) == len(claimed) == 40
    # By no clock of theirs had more left than had come by the latest of them.
    assert len([1 for now, _ in claimed if now == moments[0]]) <= 10


def _all_at_once(act: Callable[[], None], workers: int) -> None:
    for one in [Beside(act) for _ in range(workers)]:
        one.done()
