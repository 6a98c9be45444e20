"""Who did what, one row a deed, each holding the one before it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.domain.audit import FIELDS, Entry
from orchestrator.workspace.actions import choices

KINDS = [
    ("user", _("user")),
    ("system", _("system")),
    ("command", _("command line")),
    ("key", _("API key")),
    ("nobody", _("somebody not signed in")),
]


class AuditEntry(models.Model):
    """One deed. Only `workspace/audit.py` writes it, and nothing changes or deletes it: the database refuses.

    `number` rises by one from 1, in the order of commits. `subject` is a model's label such as "journeys.journey", and
    empty where the deed is about nothing in particular; `title` names it as it was, and is empty for what tells of a
    customer. `details`: counts, and what changed as {field: [before, after]}; a personal field stands there by its name.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"), db_index=True)
    who = models.CharField(_("kind"), max_length=7, choices=KINDS)
    who_id = models.CharField(_("account's id"), max_length=64, blank=True)
    who_name = models.CharField(_("who"), max_length=150, blank=True)
    action = models.CharField(_("what was done"), max_length=31, choices=choices)
    subject = models.CharField(_("to what"), max_length=63, blank=True)
    subject_id = models.CharField(_("its id"), max_length=64, blank=True)
    title = models.CharField(_("its name"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    previous = models.CharField(_("hash of the entry before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_from_one")]
        indexes = [models.Index(fields=["subject", "subject_id"], name="audit_of_what")]

    def __str__(self) -> str:
        return f"#{self.number} · {self.get_action_display()}"

    def entry(self) -> Entry:
        """What the hash is over."""
        return Entry(**{name: getattr(self, name) for name in FIELDS})
