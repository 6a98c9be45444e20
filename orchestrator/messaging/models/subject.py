"""What is locked besides customers."""

from __future__ import annotations

from django.db import models


class Subject(models.Model):
    """An address (by its hash) that several customers may share: locked at the gate, so that they share its caps."""

    key = models.CharField(max_length=96, primary_key=True)

    def __str__(self) -> str:
        return self.key
