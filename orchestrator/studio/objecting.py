"""The button that records an objection which somebody told us, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from orchestrator.customers.models import Customer
from orchestrator.messaging.objection import objected
from orchestrator.studio import merging
from orchestrator.studio.numbers import grouped


def possible(user: Any, customer: Customer) -> bool:
    """Whether this user may record that this customer objects."""
    return merging.possible(user, customer)


def press(customer: Customer, user: Any, now: datetime) -> str:
    """Record it; answers how that is told."""
    return record(customer, user, now)[1]


def record(customer: Customer, user: Any, now: datetime) -> tuple[int, str]:
    """Record it, with who wrote it down as its proof; answers how many withdrawals the ledger gets, and how that is told."""
    text = gettext("They object to marketing and profiling")
    count = objected(
        customer.pk, now, text=text, language=get_language() or "", proof={"by": "studio", "user": user.pk}
    )
    if not count:
        return 0, gettext("Their objection stands: there was nothing left to withdraw.")
    told = gettext("Their objection is recorded. Withdrawals in the ledger: %(count)s.")
    return count, told % {"count": grouped(count)}
