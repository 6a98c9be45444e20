"""As whom the template editor shows a message: a customer that was looked for, else who came last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address, Customer
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.send_template_test import told
from orchestrator.messaging.facts import PersonRow, read_people
from orchestrator.messaging.models import Template
from orchestrator.messaging.trial import NOBODY
from orchestrator.studio import person

FOUND = 10
AMONG = 10_000  # what has no index is looked for among so many of the newest


@dataclass(frozen=True, slots=True)
class Chosen:
    """A customer with what the journey tells about them; `id` 0: nobody, of whom nothing is known."""

    id: int
    name: str
    about: str
    person: PersonRow
    parameters: Mapping[str, Any]

    @property
    def told(self) -> dict[str, Any]:
        """What the page says of them."""
        return {"id": self.id, "name": self.name, "about": self.about}


def nobody() -> Chosen:
    """Where there is no customer, or none that this reader may look at."""
    return Chosen(0, _("nobody in particular"), "", NOBODY, {})


def choose(template: Template, customer_id: int | None) -> Chosen:
    """That customer; else who entered the template's journey last, else the newest customer there is."""
    found = _living().filter(pk=customer_id).first() if customer_id else None
    if found is None:
        found = _entered_last(template) or _living().order_by("-id").first()
    if found is None:
        return nobody()
    people = read_people([found.pk])
    if found.pk not in people:
        return nobody()
    return Chosen(found.pk, str(found), about(found), people[found.pk], _parameters(template, found))


def search(words: str) -> list[dict[str, Any]]:
    """Up to ten customers: by number, external id or address as they begin, and by names among the newest."""
    said = words.strip()[:100]
    if not said or "\0" in said:
        return []
    found: dict[int, Customer] = {}
    if said.isascii() and said.removeprefix("#").isdecimal() and len(said) < 19:
        found |= {one.pk: one for one in _living().filter(pk=int(said.removeprefix("#")))}
    ids = [*_addressed(said), *_spelled(said)][:FOUND]
    found |= {
        one.pk: one for one in _living().filter(external_id__startswith=said).order_by("external_id")[:FOUND]
    }
    found |= {one.pk: one for one in _living().filter(pk__in=ids)}
    if len(found) < FOUND:
        found |= {one.pk: one for one in _named(said)}
    return [{"id": one.pk, "name": str(one), "about": about(one)} for one in list(found.values())[:FOUND]]


def about(customer: Customer) -> str:
    """What tells them from others of the same name."""
    known = [f"#{customer.pk}", person.language(customer.language) if customer.language else ""]
    known.append(customer.external_id or "")
    return " · ".join(one for one in dict.fromkeys(known) if one)


def _living() -> QuerySet[Customer]:
    return Customer.objects.filter(erased_at=None, merged_into=None)


def _addressed(said: str) -> list[int]:
    """Whose address this is, whole, by its index."""
    marks = [digest(channel, said.lower() if channel == "email" else said) for channel in ("email", "sms")]
    among = Address.objects.filter(channel__in=("email", "sms"), digest__in=marks)
    return list(among.values_list("customer_id", flat=True)[:FOUND])


def _spelled(said: str) -> list[int]:
    """Whose address begins so, among the newest."""
    newest = Address.objects.order_by("-id").values_list("customer_id", "value")[:AMONG]
    begun = (id_ for id_, value in newest if value.startswith(said.lower()))
    return list(islice(begun, FOUND))


def _named(said: str) -> list[Customer]:
    words = [word.casefold() for word in said.split()]
    newest = _living().order_by("-id").values_list("id", "attributes__first_name", "attributes__last_name")
    ids = []
    for id_, *names in newest[:AMONG]:
        told = [str(name).casefold() for name in names if name]
        if all(any(name.startswith(word) for name in told) for word in words):
            ids.append(id_)
            if len(ids) == FOUND:
                break
    return list(_living().filter(pk__in=ids).order_by("-id"))


def _entered_last(template: Template) -> Customer | None:
    if not template.journey:
        return None
    newest = Enrollment.objects.order_by("-id").values("pk")[:AMONG]
    passages = Enrollment.objects.filter(pk__in=newest, journey__key=template.journey)
    theirs = passages.filter(customer__erased_at=None, customer__merged_into=None)
    last = theirs.order_by("-id").select_related("customer").first()
    return last.customer if last is not None else None


def _parameters(template: Template, customer: Customer) -> dict[str, Any]:
    """The event that let them in, as the journey would tell it; nothing where they never entered."""
    return told(template.journey, [customer.pk])[customer.pk]
