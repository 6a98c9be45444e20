"""SIGN UP: what somebody wrote into a public form, which may be anybody at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from orchestrator.consents import texts as consent_texts
from orchestrator.consents.models import Consent, ConsentState, ConsentText, SignupForm
from orchestrator.consents.record import Statement, record
from orchestrator.consents.suppress import customers_at, suppressed
from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.customers.survivors import survivors
from orchestrator.tracking.asking import ask


@dataclass(frozen=True, slots=True)
class SignUp:
    """What was written, checked: addresses by channel in their one spelling, the texts ticked, in which languages."""

    addresses: Mapping[str, str]
    first_name: str
    language: str
    ticked: Sequence[ConsentText]
    languages: Sequence[str]
    proof: Mapping[str, Any]


def sign_up(form: SignupForm, said: SignUp, now: datetime) -> int:
    """Ask, or with a form without double opt-in record, what they agreed to; answers how many links or consents.

    Somebody known is never changed by it, nor is an address added to them: whoever writes may be another. They are
    who has the email address (the phone number, where no email is asked) now. Where any address given is suppressed,
    as those of erased people are, nothing at all is recorded.
    """
    digests = {channel: digest(channel, value) for channel, value in said.addresses.items()}
    if not digests or suppressed(list(digests.items()), form.brand_id):
        return 0
    with transaction.atomic():
        customer = _known(digests) or _add(said, digests, now)
        if customer is None:
            return 0
        statements = _statements(form, said, customer, digests)
        made = ask(statements, now) if form.double_opt_in else _record(statements, now)
        if made:
            SignupForm.objects.filter(pk=form.pk).update(asked=F("asked") + made)
        return made


def _statements(form: SignupForm, said: SignUp, customer: int, digests: Mapping[str, str]) -> list[Statement]:
    """What they agreed to, on the channels whose address they gave, and where that is the one in use."""
    state = ConsentState.PENDING if form.double_opt_in else ConsentState.GRANTED
    theirs = _in_use([customer])
    channels = {channel for channel, one in digests.items() if theirs.get((customer, channel)) == one}
    return [
        one
        for text in said.ticked
        for one in consent_texts.statements(
            text, customer, state, form.source, languages=said.languages, proof=said.proof
        )
        if one.channel in channels
    ]


def _known(digests: Mapping[str, str]) -> int | None:
    channel, wanted = next(iter(digests.items()))
    people = set(survivors(customers_at([(channel, wanted)])).values())
    theirs = _in_use(people)
    return min((one for one in people if theirs.get((one, channel)) == wanted), default=None)


def _in_use(people: Sequence[int] | set[int]) -> dict[tuple[int, str], str]:
    """The address that messages go to, by customer and channel: the newest usable one."""
    rows = Address.objects.filter(customer__in=people, invalid_at=None).order_by("id")
    return {row[:2]: row[2] for row in rows.values_list("customer", "channel", "digest")}


def _add(said: SignUp, digests: Mapping[str, str], now: datetime) -> int | None:
    """Somebody new. Their id is made of the address, so that the same form sent twice at once adds one person."""
    name = f"form-{next(iter(digests.values()))[:32]}"
    taken = Customer.objects.filter(external_id=name).exists()
    attributes = {"first_name": said.first_name} if said.first_name else {}
    person = Person(None if taken else name, said.language, attributes=attributes, addresses=said.addresses)
    saved = save([person], now)
    erased = any(problem.field == "external_id" for problem in saved.problems)
    return None if erased else saved.ids[0]


def _record(statements: Sequence[Statement], now: datetime) -> int:
    """Grant what is not granted yet; the same form sent again says nothing new."""
    rows = Consent.objects.filter(
        customer__in={one.customer_id for one in statements}, state=ConsentState.GRANTED
    )
    granted = set(rows.values_list("customer", "brand", "channel", "purpose", "topic"))
    fresh = [
        one
        for one in statements
        if (one.customer_id, one.brand_id, one.channel, one.purpose, one.topic) not in granted
    ]
    return len(record(fresh, now))
