"""Field types that mean the same on PostgreSQL and SQLite."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class MoneyField(models.BigIntegerField):
    """A Decimal amount with two places, kept as whole hundredths.

    SQLite has no decimal type and would add such amounts as floats: 499.99999 is not the 500 that a milestone
    waits for. Sums of whole hundredths are exact on both engines.
    """

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        """Hundredths -> Decimal with two places."""
        return None if value is None else Decimal(int(value)).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        """Anything Decimal reads, rounded half to even to two places."""
        if value is None or value == "":
            return None
        try:
            return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        except ArithmeticError as error:
            raise ValidationError(f"“{value}” is not an amount of money; write it like 1234.50.") from error

    def get_prep_value(self, value: Any) -> int | None:
        """Decimal -> hundredths."""
        amount = self.to_python(value)
        return None if amount is None else int(amount.scaleb(2))

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """A decimal input, not a whole number's."""
        from django import forms

        return models.Field.formfield(self, form_class=forms.DecimalField, decimal_places=2, **kwargs)
