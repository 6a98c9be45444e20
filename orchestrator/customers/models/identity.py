"""By what else a person is known: the ids of their browsers and apps, and ids that they had before."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models.customer import Customer


class Identity(models.Model):
    """One id beside `Customer.external_id`, which stays the only one that the company itself gives.

    `anonymous`: made by a browser or an app before anybody signed in. `external`: one that was given up for another by
    `alias`. Each leads to one customer; a merge hands them over, an erasure leaves their keyed hashes.
    """

    class Kind(models.TextChoices):
        ANONYMOUS = "anonymous", _("of a browser or an app")
        EXTERNAL = "external", _("given up for another")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    value = models.CharField(_("id"), max_length=100)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="identities", verbose_name=_("customer")
    )
    created_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["value", "kind"], name="identity_once")]

    def __str__(self) -> str:
        return self.value
