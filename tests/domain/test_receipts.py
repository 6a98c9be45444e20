"""What follows from a provider's report, decided without a database."""

from __future__ import annotations

import pytest

from orchestrator.domain.receipts import NOTHING, About, Effects, Report, effects
from orchestrator.sdk.values import ReceiptKind

K = ReceiptKind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (K.DELIVERED, Effects("message.delivered", once=True, delivered=True)),
        (K.BOUNCED, Effects("message.bounced", once=True, bounced=True, suppress="bounce")),
        (K.SOFT_BOUNCED, NOTHING),
        (K.COMPLAINED, Effects("message.complained", once=True, suppress="complaint", withdraw="complaint")),
        (K.UNSUBSCRIBED, Effects("message.unsubscribed", once=True, withdraw="provider_unsubscribe")),
        (K.OPENED, Effects("message.opened")),
        (K.CLICKED, Effects("message.clicked")),
        (K.REPLIED, Effects("message.replied")),
    ],
)
def test_each_kind_about_a_message_that_left(kind: ReceiptKind, expected: Effects):
    assert effects(Report(kind, About.MESSAGE, sent=True)) == expected


@pytest.mark.parametrize("kind", list(K))
def test_about_nobody_nothing_follows(kind: ReceiptKind):
    assert effects(Report(kind, About.NOBODY, sent=True, text="STOP")) == NOTHING


@pytest.mark.parametrize("kind", list(K))
def test_of_a_message_that_never_left_only_what_the_person_or_their_mailbox_says_counts(kind: ReceiptKind):
    found = effects(Report(kind, About.MESSAGE, sent=False))
    assert (found.event, found.delivered, found.bounced) == ("", False, False)
    said = {
        K.BOUNCED: ("bounce", ""),
        K.COMPLAINED: ("complaint", "complaint"),
        K.UNSUBSCRIBED: ("", "provider_unsubscribe"),
    }
    assert (found.suppress, found.withdraw) == said.get(kind, ("", ""))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("STOP", "stop_word"), ("rezygnuję.", "stop_word"), ("nie wiem", ""), ("", "")],
)
def test_an_answer_withdraws_if_it_says_only_stop(text: str, reason: str):
    found = effects(Report(K.REPLIED, About.ADDRESS, sent=False, text=text))
    assert found == Effects("message.replied", withdraw=reason)


@pytest.mark.parametrize("kind", list(K))
def test_only_what_a_machine_opens_or_follows_has_a_name_of_its_own(kind: ReceiptKind):
    person, machine = (effects(Report(kind, About.MESSAGE, True, machine=one)).event for one in (False, True))
    assert machine == (f"{person}_by_machine" if kind in {K.OPENED, K.CLICKED} else person)


def test_a_link_to_leave_is_no_click():
    assert effects(Report(K.CLICKED, About.MESSAGE, sent=True, leaving=True)).event == ""
