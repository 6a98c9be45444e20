"""Those who live beside the workers: who lets people in, who withdraws, who erases, who brings receipts.

Each is a process of its own, and nobody kills it: what is done to it is done by the workers. What each did is in the
diary, as it was committed.
"""

from __future__ import annotations

import json
import logging
import mmap
import random
import struct
import time
from collections import defaultdict
from collections.abc import Iterator

from django.db import OperationalError, transaction

from tests.chaos import controls
from tests.chaos.asking import outlasting, rows, value
from tests.chaos.campaign import Campaign, append
from tests.chaos.clock import Clock
from tests.chaos.town import KINDS, STOPPED, Town
from tests.chaos.worker import call_yourself

WAVE, BACKLOG = 100, 1500
STOP_AT = 0.7  # of the messages have been let in
Wave = dict[str, list[tuple[int, str]]]
POISONED = "invoice"  # nothing keeps it back: no cap, no night, no withdrawal
_KNOWN = "SELECT count(*) FROM journeys_enrollment WHERE entry_key = ANY(%s)"
CHANNELS = {key: channel for _, key, channel, _, _ in KINDS}
_OPEN = """SELECT (SELECT count(*) FROM messaging_message WHERE state IN ('planned', 'retry_wait', 'uncertain')
    AND due_at <= %(now)s) + (SELECT count(*) FROM journeys_enrollment WHERE status = 'active' AND due_at <= %(now)s)"""
_IN_WORK = """SELECT customer_id, channel FROM messaging_message WHERE state IN ('leased', 'handing_off', 'planned')
    AND purpose = 'marketing' AND customer_id = ANY(%s) ORDER BY random() LIMIT 2"""


class Progress:
    """How many have been let in, in memory that all processes share."""

    def __init__(self) -> None:
        self._made = mmap.mmap(-1, 8)

    def get(self) -> int:
        """So many."""
        return int(struct.unpack("q", self._made[:8])[0])

    def set(self, made: int) -> None:
        """So many now."""
        self._made[:8] = struct.pack("q", made)


def let_in(campaign: Campaign, clock: Clock, town: Town, progress: Progress) -> None:
    """Wave after wave, never far ahead of the workers; one journey is stopped on the way."""
    from orchestrator.journeys.enroll import Candidate, enroll

    chance, made, stopped = random.Random(campaign.seed + 1), 0, False
    while made < campaign.messages:
        while value(_OPEN, {"now": clock.now()}) > min(BACKLOG, campaign.messages // 4):
            time.sleep(0.02)
        if not stopped and made >= campaign.messages * STOP_AT:
            stopped = _stop(campaign, clock)
        wave = min(WAVE, campaign.messages - made)
        drawn = _wave(campaign, town, chance, made, wave, stopped)

        def come_in(drawn: Wave = drawn) -> None:
            # After a commit of which nobody knows, they may all be in.
            if value(_KNOWN, [[token for people in drawn.values() for _, token in people]]):
                return
            with transaction.atomic():
                for key, people in drawn.items():
                    enroll([Candidate(town.journeys[key], one, token) for one, token in people], clock.now())

        outlasting(come_in)
        made += wave
        progress.set(made)


def _wave(
    campaign: Campaign, town: Town, chance: random.Random, made: int, count: int, stopped: bool
) -> Wave:
    kinds = [kind for kind in KINDS if not campaign.only or kind[1] in campaign.only]
    kinds = [kind for kind in kinds if not (stopped and kind[1] == STOPPED)]
    answer: dict[str, list[tuple[int, str]]] = defaultdict(list)
    drawn = chance.choices(kinds, [kind[0] for kind in kinds], k=count)
    for number, (_, key, _, _, hot) in enumerate(drawn, start=made):
        token = f"m{number:07d}"
        if token in campaign.poisoned:
            answer[POISONED].append((town.cold[0], token))
        else:
            answer[key].append((chance.choice(town.hot if hot else town.cold), token))
    return answer


def _stop(campaign: Campaign, clock: Clock) -> bool:
    from orchestrator.journeys.models import Journey
    from orchestrator.journeys.stop import stop

    outlasting(lambda: stop(Journey.objects.get(key=STOPPED), None, clock.now()))
    append(campaign.diary, f"stopped {STOPPED} {value('SELECT extract(epoch FROM clock_timestamp())', {})}")
    return True


def withdraw(campaign: Campaign, clock: Clock, town: Town, progress: Progress) -> None:
    """Whoever has a message in a worker's hands is the likeliest to withdraw just now. A few of the hot do, too."""
    from orchestrator.consents.record import Statement
    from orchestrator.messaging.withdraw import record

    controls.remove(campaign.control)
    chance = random.Random(campaign.seed + 2)
    places = _targets(chance, town, campaign)
    for _ in _paced(campaign, progress, campaign.withdrawals):
        for customer, channel in rows(_IN_WORK, [places]):
            said = [Statement(customer, channel, "withdrawn", "chaos")]
            outlasting(lambda said=said: record(said, clock.now()))  # type: ignore[misc]
            append(campaign.diary, f"withdrawn {customer} {channel} {time.monotonic()}")


def erase(campaign: Campaign, clock: Clock, town: Town, progress: Progress) -> None:
    """The same, of erasures."""
    from orchestrator.customers.erase import EraseError
    from orchestrator.customers.erase import erase as erase_people

    # Not of those who share a mailbox: it would be nobody's any more, and the caps on it would not be tried.
    places = [*town.hot[-(len(town.hot) // 10) :], *town.cold]
    for _ in _paced(campaign, progress, campaign.erasures):
        for customer, _ in rows(_IN_WORK, [places])[:1]:
            try:
                outlasting(lambda customer=customer: erase_people([customer], clock.now()))  # type: ignore[misc]
            except EraseError:
                append(campaign.diary, "busy")
                continue
            append(campaign.diary, f"erased {customer} {time.monotonic()}")


def _targets(chance: random.Random, town: Town, campaign: Campaign) -> list[int]:
    return [*chance.sample(town.hot, len(town.hot) // 4), *town.cold]


def _paced(campaign: Campaign, progress: Progress, share: float) -> Iterator[None]:
    """So many times, spread over the campaign. A clash with workers is met by trying again, and is in the diary."""
    wanted, done = round(campaign.messages * share), 0
    while done < wanted:
        if progress.get() < campaign.messages * (done + 1) / (wanted + 1):
            time.sleep(0.005)
            continue
        done += 1
        yield


def bring_receipts(campaign: Campaign, clock: Clock) -> None:
    """Of half of what the carriers took, a report comes; sometimes before the worker has heard an answer itself."""
    from orchestrator import registry
    from orchestrator.messaging.receipts import receive
    from orchestrator.sdk.values import Receipt, ReceiptKind

    chance, providers = random.Random(campaign.seed + 4), registry.current().providers
    controls.remove(campaign.control)
    with campaign.log.open(encoding="utf-8") as log:
        while True:
            lines = [json.loads(line) for line in _whole(log)]
            reports: dict[str, list[Receipt]] = defaultdict(list)
            for number, _, _, carrier, key, *_ in lines:
                if chance.random() < campaign.receipts:
                    report = Receipt(f"r{number}", ReceiptKind.DELIVERED, clock.now(), message_key=key)
                    reports[carrier].append(report)
            for carrier, theirs in reports.items():
                line = providers[f"line_{carrier}"]
                outlasting(lambda line=line, theirs=theirs: receive(line, theirs, clock.now()))  # type: ignore[misc]
                for one in theirs:
                    append(campaign.diary, f"receipt {one.message_key}")
            time.sleep(0.05)


def _whole(log: object) -> Iterator[str]:
    """Whole lines that have come since; a line is written at once, so what is there is whole."""
    while line := log.readline():  # type: ignore[attr-defined]
        yield line


def guarded(campaign: Campaign, name: str, act: object) -> None:
    """An error that reaches one of these is one that reaches a user: it is in the diary, and ends them."""
    call_yourself(f"chaos_{name}")
    logging.disable(logging.CRITICAL)
    try:
        act()  # type: ignore[operator]
    except OperationalError as error:
        append(campaign.diary, f"user {name} {getattr(error.__cause__, 'sqlstate', None)}")
        raise
