"""What the buttons under "Their rights" on a customer's page do, and what they say before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from orchestrator.customers.erase import EraseError
from orchestrator.customers.export import export
from orchestrator.customers.models import Customer
from orchestrator.customers.ordered import erase_for_sure
from orchestrator.customers.restrict import lift, restrict
from orchestrator.events.models import Event
from orchestrator.messaging.models import Message
from orchestrator.studio.numbers import grouped

EXPORT, ERASE, RESTRICT, LIFT = "export", "erase", "restrict", "lift"
_NEEDS = {EXPORT: EXPORT, ERASE: ERASE, RESTRICT: RESTRICT, LIFT: RESTRICT}


@dataclass(frozen=True, slots=True)
class Rights:
    """Which buttons this user sees, and what an erasure would take away."""

    may: Sequence[str]
    erasing: str


def allowed(user: Any, act: str) -> bool:
    """Whether somebody may do this to anybody."""
    return act in _NEEDS and bool(user.has_perm(f"customers.{_NEEDS[act]}_customer"))


def read(user: Any, customer: Customer) -> Rights:
    """Of somebody erased there is nothing to do; two counts for whoever may erase, none for others."""
    if customer.erased_at is not None:
        return Rights((), "")
    stands = LIFT if customer.restricted_at is not None else RESTRICT
    may = tuple(act for act in (EXPORT, stands, ERASE) if allowed(user, act))
    return Rights(may, _what_goes(customer) if ERASE in may else "")


def download(customer: Customer, now: datetime) -> FileResponse:
    """The file as a browser keeps it, in the reader's language, under a number and no name; no cache keeps it too."""
    file = TemporaryFile()  # noqa: SIM115 (the answer closes it)
    export(customer.pk, file, get_language() or "en", now)
    file.seek(0)
    name = f"customer-{customer.pk}.zip"
    headers = {"Cache-Control": "no-store"}
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="application/zip", headers=headers
    )


def press(customer: Customer, act: str, now: datetime, by: Any) -> tuple[bool, str]:
    """Do it, all but exporting, and note who did: whether it was done, and how that is told without a name."""
    if act == ERASE:
        try:
            erase_for_sure([customer.pk], now, by)
        except EraseError:
            return True, _("It is ordered: workers hold this person just now, and erase them within minutes.")
        return True, _("They are erased: what is left names nobody.")
    if act == RESTRICT:
        restrict([customer.pk], now, by)
        return True, _("What may be done with their data is restricted: it is kept, and nothing is sent.")
    lift([customer.pk], now, by)
    return True, _("The restriction is lifted. Tell them before anything is sent (art. 18(3)).")


def _what_goes(customer: Customer) -> str:
    told = {
        "messages": grouped(Message.objects.filter(customer=customer).count()),
        "events": grouped(Event.objects.filter(customer=customer).count()),
    }
    return (
        _("Messages whose words go: %(messages)s. Events whose details go: %(events)s.") % told
        + " "
        + _(
            "Names, addresses and consents go too, and what is not sent yet is cancelled. There remain numbers, times and"
            " amounts, and hashes by which they are not brought back. It cannot be undone."
        )
    )
