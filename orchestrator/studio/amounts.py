"""Amounts of money as a reader's language writes them: at least two places, at most the four that are kept."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import formats

PENNY = Decimal("0.01")


def shown(amount: Decimal | None, currency: str) -> str:
    """ "1,249.90 PLN", "0.085 PLN"; "" for no amount."""
    if amount is None:
        return ""
    plain = amount.normalize()
    exponent = plain.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    number = formats.number_format(plain, places, use_l10n=True, force_grouping=True)
    return f"{number} {currency}".strip()


def plain(amount: Decimal) -> Decimal:
    """For a form: two places, or as many as it needs."""
    short = amount.normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(PENNY) if isinstance(exponent, int) and exponent > -2 else short


def read(value: Any) -> Decimal | None:
    """An amount out of stored evidence; None where it holds none."""
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
