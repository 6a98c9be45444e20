"""MATCHING: which message, which customer and which address each report of a provider is about."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from orchestrator.customers.addresses import digest, normalise
from orchestrator.customers.models import Address
from orchestrator.customers.survivors import survivors
from orchestrator.domain.receipts import About
from orchestrator.messaging.erasing import hidden
from orchestrator.messaging.models import Message
from orchestrator.sdk.values import Receipt, ReceiptKind


@dataclass(frozen=True, slots=True)
class Letter:
    """The columns of a message that a report is matched by and told with."""

    id: int
    key: str
    customer_id: int
    brand_id: int
    enrollment_id: int | None
    journey: str
    step: str
    channel: str
    topic: str
    test: bool
    address_digest: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A report with what it is about. `people`: everybody for whom it counts; `customer`: whose message it was."""

    key: str
    receipt: Receipt
    about: About
    letter: Letter | None
    digest: str
    customer: int | None
    people: frozenset[int]


def match(provider: str, channel: str, receipts: Sequence[Receipt]) -> list[Matched]:
    """Match these reports, in their order; four queries and one a merger.

    A report is about a message of this provider that it names by our key, or by a reference that only one message
    has; where it names a recipient too, both must agree. A person's answer, which seldom names a message, is about
    the address it came from.
    """
    letters = _letters(provider, receipts)
    pairs = [_pair(channel, one, letters) for one in receipts]
    owners = survivors({letter.customer_id for letter, _ in pairs if letter is not None})
    sharing = _sharing(channel, {mark for _, mark in pairs if mark})
    return [
        _matched(provider, one, letter, mark, owners, sharing)
        for one, (letter, mark) in zip(receipts, pairs, strict=True)
    ]


def _matched(
    provider: str,
    receipt: Receipt,
    letter: Letter | None,
    mark: str,
    owners: dict[int, int],
    sharing: dict[str, set[int]],
) -> Matched:
    customer = owners.get(letter.customer_id) if letter is not None else None
    people = sharing.get(mark, set()) | ({customer} if customer is not None else set())
    about = About.NOBODY
    if customer is not None:
        about = About.MESSAGE
    elif people and (not _names_a_message(receipt) or receipt.kind is ReceiptKind.REPLIED):
        about = About.ADDRESS
    key = hashlib.sha256(f"{provider}\0{receipt.id}".encode()).hexdigest()
    return Matched(key, receipt, about, letter, mark, customer, frozenset(people))


def _names_a_message(receipt: Receipt) -> bool:
    return bool(receipt.message_key or receipt.reference)


def _pair(channel: str, receipt: Receipt, letters: dict[str, Letter]) -> tuple[Letter | None, str]:
    """The message a report names, and the digest of the address it is about."""
    letter = letters.get(receipt.message_key) or letters.get(f"\0{receipt.reference}")
    named = _digest(channel, receipt.recipient)
    if letter is not None and named and named != letter.address_digest:
        letter = None
    return letter, named or (letter.address_digest if letter is not None else "")


def _digest(channel: str, recipient: str) -> str:
    """The digest of an address; "" where it is none, as with one that a provider shortens."""
    try:
        return digest(channel, normalise(channel, recipient)) if recipient else ""
    except ValueError:
        return ""


def _letters(provider: str, receipts: Sequence[Receipt]) -> dict[str, Letter]:
    """Messages by key, and by "\\0" and reference."""
    keys = {one.message_key for one in receipts if one.message_key}
    # Of somebody who was erased only the hash of it is kept: such a report is counted, and that is all.
    references = {one.reference: one.reference for one in receipts if one.reference}
    references |= {hidden(one): one for one in references}
    named = Message.objects.filter(provider=provider)
    by_key = {letter.key: letter for letter, _ in _read(named.filter(key__in=keys))} if keys else {}
    # Word for word the condition of the index, or SQLite would not use it.
    indexed = RawSQL("messaging_message.reference > ''", (), output_field=BooleanField())
    found: dict[str, list[Letter]] = defaultdict(list)
    if references:
        for letter, reference in _read(named.filter(indexed, reference__in=references)):
            found[f"\0{references[reference]}"].append(letter)
    return by_key | {mark: letters[0] for mark, letters in found.items() if len(letters) == 1}


def _read(messages: Any) -> list[tuple[Letter, str]]:
    columns = tuple(Letter.__dataclass_fields__)
    return [(Letter(*row[:-1]), row[-1]) for row in messages.values_list(*columns, "reference")]


def _sharing(channel: str, digests: Collection[str]) -> dict[str, set[int]]:
    """Who has each address now, without those erased or merged away."""
    rows = list(Address.objects.filter(channel=channel, digest__in=digests).values_list("digest", "customer"))
    living = survivors({customer for _, customer in rows})
    sharing: dict[str, set[int]] = defaultdict(set)
    for mark, customer in rows:
        if customer in living:
            sharing[mark].add(living[customer])
    return sharing
