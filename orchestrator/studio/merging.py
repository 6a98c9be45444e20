"""The button that makes two customers one, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.customers.merge import MergeError, Pair, merge
from orchestrator.customers.models import Customer

_WHY = {
    "missing": gettext_lazy("there is no customer with this external id"),
    "oneself": gettext_lazy("it is the same customer"),
    "circle": gettext_lazy("this customer was merged into the other before"),
    "erased": gettext_lazy("one of them was erased at their own wish"),
    "elsewhere": gettext_lazy("the other was merged into somebody else before: merge that one"),
    "busy": gettext_lazy("workers are moving them just now: try again in a minute"),
}


def allowed(user: Any) -> bool:
    """Whether somebody may make two customers one."""
    return bool(user.has_perm("customers.change_customer"))


def possible(user: Any, customer: Customer) -> bool:
    """Whether anybody can be merged into this customer, by this user."""
    return customer.erased_at is None and customer.merged_into_id is None and allowed(user)


def press(customer: Customer, external_id: str, now: datetime, by: Any) -> tuple[bool, str]:
    """Merge the customer with this external id into this one: whether it was done, and how that is told."""
    name = external_id.strip()
    try:
        done = merge([Pair(customer.pk, _find(name))], now, by)
    except MergeError as error:
        return False, refused(error)
    told = {"merged": name, "customer": customer}
    if not done:
        return True, _("%(merged)s was merged into %(customer)s before.") % told
    return True, _("%(merged)s is merged into %(customer)s: what was theirs is here now.") % told


def refused(error: MergeError) -> str:
    """Why nobody was merged."""
    return _("They were not merged: %(why)s.") % {"why": _WHY[error.code]}


def _find(external_id: str) -> int:
    named = Customer.objects.filter(external_id=external_id.replace("\0", ""))
    found = named.values_list("id", flat=True).first()
    if found is None:
        raise MergeError("missing", "there is no customer with this external id")
    return found
