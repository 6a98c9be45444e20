"""What the buttons of a request do: the thing that is asked for, by the verb that does it, and the request is closed with it.

In one transaction where the verb allows it. An erasure closes its request in the erasure's own: `customers/forgotten.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from orchestrator.customers.erase import EraseError
from orchestrator.customers.export import export
from orchestrator.customers.models import Customer, PrivacyRequest
from orchestrator.customers.ordered import erase_for_sure
from orchestrator.customers.privacy import SURE, Moved, done, take
from orchestrator.customers.rectify import Corrections, rectify
from orchestrator.customers.restrict import lift, restrict
from orchestrator.studio import objecting, privacy, rights
from orchestrator.workspace.audit import Action, note

GIVE, ERASE, RESTRICT, LIFT, OBJECT, RECTIFY = "give", "erase", "restrict", "lift", "object", "rectify"
_Kind = PrivacyRequest.Kind
# What each kind of request asks for; what only may be asked for ("other") is answered in words.
ASKS: Mapping[str, str] = {
    _Kind.ACCESS: GIVE,
    _Kind.PORTABILITY: GIVE,
    _Kind.RECTIFICATION: RECTIFY,
    _Kind.ERASURE: ERASE,
    _Kind.RESTRICTION: RESTRICT,
    _Kind.OBJECTION: OBJECT,
}
_RIGHTS = {GIVE: rights.EXPORT, ERASE: rights.ERASE, RESTRICT: rights.RESTRICT, LIFT: rights.LIFT}


def deeds(one: PrivacyRequest) -> tuple[str, ...]:
    """What can be done for it; nothing where words are all. Whose data is restricted may ask for that to end."""
    asked = ASKS.get(one.kind, "")
    if asked == RESTRICT and one.customer is not None and one.customer.restricted_at is not None:
        return RESTRICT, LIFT
    return (asked,) if asked else ()


def allowed(user: Any, one: PrivacyRequest, act: str) -> bool:
    """Whether this user may press this now: it is sure who asks, it is what they ask for, and the right to it is there."""
    if one.customer is None or not privacy.is_sure(one) or act not in deeds(one):
        return False
    if act in _RIGHTS:
        return rights.allowed(user, _RIGHTS[act])
    if act == OBJECT:
        return objecting.possible(user, one.customer)
    return bool(user.has_perm("customers.change_customer"))


def give(one: PrivacyRequest, user: Any, now: datetime) -> IO[bytes]:
    """The file, whose checksum proves what was given. Raises Moved."""
    file = TemporaryFile()  # noqa: SIM115 (the answer closes it)
    with transaction.atomic():
        rows = export(_whose(one), file, get_language() or "en", now)
        file.seek(0)
        told = {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "rows": sum(rows.values())}
        _done(one, told, user, now)
        note(Action.EXPORTED, user, Customer(pk=one.customer_id), now, request=one.pk)
    file.seek(0)
    return file


def erase(one: PrivacyRequest, user: Any, now: datetime) -> str:
    """Order it and do it; where workers hold the person just now, they do it themselves in a minute. Raises Moved."""
    take(one, user, now)
    try:
        erase_for_sure([_whose(one)], now, user)
    except EraseError:
        return _("It is ordered: workers hold this person just now, and erase them within minutes.")
    return _("They are erased: what is left names nobody.")


@transaction.atomic
def restricted(one: PrivacyRequest, user: Any, now: datetime) -> str:
    """Their data is only kept. Raises Moved."""
    restrict([_whose(one)], now, user)
    _done(one, {"restricted": True}, user, now)
    return _("What may be done with their data is restricted: it is kept, and nothing is sent.")


@transaction.atomic
def lifted(one: PrivacyRequest, user: Any, now: datetime) -> str:
    """Their data may be used again. Raises Moved."""
    lift([_whose(one)], now, user)
    _done(one, {"lifted": True}, user, now)
    return _("The restriction is lifted. Tell them before anything is sent (art. 18(3)).")


@transaction.atomic
def objected(one: PrivacyRequest, user: Any, now: datetime) -> str:
    """Nothing is sent to sell, and nobody profiles them. Raises Moved."""
    count, told = objecting.record(_customer(one), user, now)
    note(Action.OBJECTED, user, Customer(pk=one.customer_id), now, request=one.pk, withdrawals=count)
    _done(one, {"withdrawals": count}, user, now)
    return told


@transaction.atomic
def rectified(one: PrivacyRequest, said: Corrections, user: Any, now: datetime) -> str:
    """What is wrong is corrected, and told by the names of fields alone. Raises Moved and ValueError."""
    changed = rectify(_whose(one), said, now, user)
    if not changed:
        raise ValueError(_("Nothing was changed: write what is right, or close the request in words."))
    _done(one, {"corrected": changed}, user, now)
    return _("Corrected: %(names)s.") % {"names": ", ".join(changed)}


SIMPLE: Mapping[str, Callable[[PrivacyRequest, Any, datetime], str]] = {
    ERASE: erase,
    RESTRICT: restricted,
    LIFT: lifted,
    OBJECT: objected,
}


def _done(one: PrivacyRequest, told: Mapping[str, Any], user: Any, now: datetime) -> None:
    """Closed; whoever presses has it in their hands."""
    take(one, user, now)
    done(one, told, "", user, now)


def _whose(one: PrivacyRequest) -> int:
    return _customer(one).pk


def _customer(one: PrivacyRequest) -> Customer:
    """Raises Moved where they have been erased meanwhile."""
    fresh = PrivacyRequest.objects.select_related("customer").filter(pk=one.pk, state__in=SURE).first()
    if fresh is None or fresh.customer is None:
        raise Moved
    return fresh.customer
