"""Pairs who may be one person, the keys by which they are found, and each search for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer


def _person(said: Any) -> Any:
    """One of a pair; its row is not held by the database, which erasing and merging see to."""
    return models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=said
    )


class LikelyDuplicate(models.Model):
    """Two rows that may be one person, the lower number first. `evidence`: codes of `domain/duplicates.py`, each between
    blanks, and never an address or a name.

    `search`: the last search that found it. What a search does not find again is gone; what was decided is not asked again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        MERGED = "merged", _("merged")
        TWO_PEOPLE = "two_people", _("two people")
        GONE = "gone", _("no longer alike")

    class Strength(models.TextChoices):
        LIKELY = "likely", _("likely")
        POSSIBLE = "possible", _("possible")

    first = _person(_("one"))
    second = _person(_("the other"))
    weight = models.PositiveSmallIntegerField(_("weight"))
    strength = models.CharField(_("how likely"), max_length=8, choices=Strength.choices)
    evidence = models.CharField(_("evidence"), max_length=300)
    found_at = models.DateTimeField(_("found"))
    search = models.BigIntegerField(editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["second"], name="duplicate_second"),
            models.Index(fields=["state", "-weight", "-id"], name="duplicate_queue"),
        ]

    def __str__(self) -> str:
        return f"#{self.first_id} · #{self.second_id}"

    @property
    def codes(self) -> list[str]:
        """The evidence, code by code."""
        return self.evidence.split()


class DuplicateKey(models.Model):
    """Somebody has something that somebody else may have too: a keyed hash of it, and of what kind it is.

    Written anew by each search where it is not as it was. Whose data are only kept, or gone, has none.
    """

    class Kind(models.IntegerChoices):
        EMAIL = 1, _("an address of email")
        PHONE = 2, _("a phone number")
        DEVICE = 3, _("a device")
        NAME_BIRTHDAY = 4, _("name and birthday")
        NAME_POSTCODE = 5, _("name and postcode")
        NAME_EMAIL_START = 6, _("name and how the email begins")
        NAME_EMAIL_END = 7, _("name and how the email ends")

    pk = models.CompositePrimaryKey("customer_id", "key")
    customer = _person(_("customer"))
    key = models.BigIntegerField(_("key"))
    kind = models.PositiveSmallIntegerField(_("kind"), choices=Kind.choices)

    class Meta:
        verbose_name = _("key of a likely duplicate")
        verbose_name_plural = _("keys of likely duplicates")
        # All that a search asks of who shares a key stands in the index: no row is read.
        indexes = [models.Index(fields=["key", "kind", "customer"], name="duplicate_key_shared")]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.get_kind_display()}"


class DuplicateSearch(models.Model):
    """One search among everybody. It goes through its phases chunk by chunk; `cursor` is how far it has come, and moves in
    the transaction of each chunk. `due_at`: when it goes on, and, once it is done, when the next begins.

    While there is no row, nobody has asked for a search, and none is made. `crowds`: kind of key -> [crowds, people in them].
    """

    class Phase(models.TextChoices):
        KEYS = "keys", _("reading people")
        PAIRS = "pairs", _("comparing them")
        DONE = "done", _("done")

    phase = models.CharField(_("phase"), max_length=5, choices=Phase.choices, default=Phase.KEYS)
    cursor = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(_("next look"), null=True)
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    people = models.BigIntegerField(_("people"), default=0)
    keys = models.BigIntegerField(_("keys"), default=0)
    compared = models.BigIntegerField(_("pairs compared"), default=0)
    found = models.BigIntegerField(_("new pairs"), default=0)
    gone = models.BigIntegerField(_("pairs no longer alike"), default=0)
    crowds = models.JSONField(_("crowds"), default=dict)

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="duplicate_search_due")
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"
