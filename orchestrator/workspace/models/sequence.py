"""The row behind the number sequence where the database has no sequences."""

from __future__ import annotations

from django.db import models


class Sequence(models.Model):
    """The last number given (SQLite). On PostgreSQL a real sequence does this without anybody waiting."""

    name = models.CharField(max_length=31, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
