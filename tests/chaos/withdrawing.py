"""Many people withdraw at once, in every way there is, each while a worker has a message of theirs in its hands."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import connection

from tests.chaos import controls
from tests.chaos.actors import Progress
from tests.chaos.asking import outlasting
from tests.chaos.campaign import Campaign, append
from tests.chaos.clock import Clock
from tests.chaos.town import Town

AT_ONCE = 8
# Whose message is the furthest on its way goes first. Each of the withdrawers has the customers of its own remainder.
_IN_WORK = """SELECT customer_id, channel, key, state FROM messaging_message m WHERE purpose = 'marketing'
    AND state IN ('leased', 'handing_off', 'planned') AND customer_id %% %(of)s = %(number)s
    AND NOT EXISTS (SELECT 1 FROM consents_consent c WHERE c.customer_id = m.customer_id AND c.channel = m.channel
        AND c.purpose = 'marketing' AND c.topic = '' AND c.state = 'withdrawn')
    ORDER BY state = 'planned', random() LIMIT %(limit)s"""
Case = tuple[int, str, str, str]  # customer, channel, the message's key and state
Way = Callable[[Case, datetime], object]


def withdraw(campaign: Campaign, clock: Clock, town: Town, progress: Progress, number: int) -> None:
    """This one's part of the campaign's withdrawals, as fast as messages come into anybody's hands."""
    controls.remove(campaign.control)
    ways, chance = _ways(), random.Random(campaign.seed + 100 + number)
    left, idle_since = round(campaign.messages * campaign.withdrawals / campaign.withdrawers), None
    while left > 0:
        cases = outlasting(lambda: _in_work(campaign, number))[:left]
        if not cases and progress.get() >= campaign.messages:
            idle_since = idle_since or time.monotonic()
            if time.monotonic() > idle_since + 5:
                return  # nobody is left who could
        for case in cases:
            name = chance.choice([one for one in ways if one != "stop" or case[1] == "sms"])
            outlasting(lambda case=case, name=name: ways[name](case, clock.now()))  # type: ignore[misc]
            append(campaign.diary, f"withdrawn {case[0]} {case[1]} {time.monotonic()}")
            append(campaign.diary, f"way {name} {case[3]}")
            left -= 1
        time.sleep(0 if cases else 0.01)


def _in_work(campaign: Campaign, number: int) -> list[Case]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_WORK, {"of": campaign.withdrawers, "number": number, "limit": AT_ONCE})
        return list({case[:2]: case for case in cursor.fetchall()}.values())


def _ways() -> Mapping[str, Way]:
    """The verbs behind the button of a mail program, the two pages, an answer by SMS, and the studio."""
    from orchestrator import registry
    from orchestrator.consents.record import Statement
    from orchestrator.customers.models import Address
    from orchestrator.messaging import withdraw as verbs
    from orchestrator.messaging.links import token
    from orchestrator.messaging.receipts import receive
    from orchestrator.sdk.values import Receipt, ReceiptKind
    from orchestrator.tracking import letter, preferences
    from orchestrator.tracking.letter import Letter
    from orchestrator.tracking.unsubscribe import Said, unsubscribe

    def read(purpose: str, case: Case) -> Letter:
        found = letter.read(purpose, token(purpose, case[2]))
        assert found is not None
        return found

    def stop(case: Case, now: datetime) -> object:
        line = registry.current().providers["line_sms"]
        where = Address.objects.values_list("value", flat=True).get(customer=case[0], channel="sms")
        report = Receipt(f"stop{case[2]}", ReceiptKind.REPLIED, now, recipient=where, detail="Stop!")
        return receive(line, [report], now)

    said = Said("Everything", "en")
    return {
        "link": lambda case, now: unsubscribe(read("u", case), "", said, now),
        "page": lambda case, now: preferences.save(
            read("p", case), {(case[1], ""): False}, {(case[1], ""): said}, now
        ),
        "stop": stop,
        "studio": lambda case, now: verbs.record([Statement(case[0], case[1], "withdrawn", "studio")], now),
    }
