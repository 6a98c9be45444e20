"""Whatever a plugin puts into its results, the settlement can write it, and the group is not left in doubt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.messaging.answers import sound
from orchestrator.messaging.models import DeliveryAttempt
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason, Result, Unknown
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Accepted("ref"), Accepted("ref")),
        (Accepted(12345), Accepted("12345")),
        (Accepted(None), Accepted("")),
        (Accepted("a\x00b"), Accepted("ab")),
        (Accepted("a\ud800b"), Accepted("a?b")),
        (Rejected(RejectReason.SPAM, "no"), Rejected(RejectReason.SPAM, "no")),
        (Rejected("spam"), Rejected(RejectReason.SPAM)),
        (Rejected("550"), Rejected(RejectReason.OTHER)),
        (Rejected(None), Rejected(RejectReason.OTHER)),
        (Rejected(RejectReason.SPAM, {"code": 5}), Rejected(RejectReason.SPAM, "{'code': 5}")),
        (Deferred(timedelta(minutes=3)), Deferred(timedelta(minutes=3))),
        (Deferred(180), Deferred(timedelta(minutes=3))),
        (Deferred("180"), Deferred()),
        (Deferred(timedelta(seconds=-1)), Deferred()),
        (Deferred(timedelta(days=400)), Deferred(timedelta(days=1))),
        (Deferred(float("nan")), Deferred()),
        (Unknown("\x00"), Unknown("")),
        (None, Unknown("acme gave no known result")),
        ("ok", Unknown("acme gave no known result")),
        (Accepted, Unknown("acme gave no known result")),
    ],
)
def test_a_result_is_put_right_and_what_it_says_is_kept(given: object, kept: Result):
    assert sound("acme", [given], 1) == [kept]


def test_as_many_as_were_asked_for():
    assert sound("acme", [Accepted()], 2) == [Accepted(), Unknown("acme gave no result")]
    assert sound("acme", [Accepted()] * 2, 1) == [Unknown("acme answered too many results")]
    assert sound("acme", [], 0) == []


@pytest.mark.parametrize(
    ("answer", "state", "detail"),
    [
        (Accepted(12345), "accepted", ""),
        (Deferred(1), "accepted", ""),
        (ProviderUnavailable(b"down\x00", retry_after=1), "accepted", ""),
        (Unknown("nul \x00 here"), "unknown", "nul  here"),
        (object(), "unknown", "scripted_email gave no known result"),
    ],
)
def test_nothing_in_an_answer_stops_the_settlement(world: World, answer: object, state: str, detail: str):
    world.provider(answer)
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    world.run(hours=1)
    assert [message[1] for message in world.messages()] == [state]
    assert DeliveryAttempt.objects.latest("id").detail == detail
