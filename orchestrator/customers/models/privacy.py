"""What people ask for by right (RODO art. 15 to 21), and what is said of it among ourselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models.customer import Customer


def _staff(said: Any) -> Any:
    """One of us: known as long as they have an account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=said,
        editable=False,
    )


class PrivacyRequest(models.Model):
    """Somebody asks for something by right. `customers/privacy.py` moves it; whoever is erased is linked to none any more.

    `due_on` is the last day in time (`domain/answering.py`), by the workspace's calendar. `result` holds what proves
    that it was done, and nothing about the person: a file's checksum, counts, names of fields.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("access to their data (art. 15)")
        PORTABILITY = "portability", _("a copy to take with them (art. 20)")
        RECTIFICATION = "rectification", _("rectification (art. 16)")
        ERASURE = "erasure", _("erasure (art. 17)")
        RESTRICTION = "restriction", _("restriction (art. 18)")
        OBJECTION = "objection", _("objection (art. 21)")
        OTHER = "other", _("complaint, or something else")

    class Came(models.TextChoices):
        EMAIL = "email", _("by email")
        LETTER = "letter", _("by letter")
        PHONE = "phone", _("by telephone")
        PERSON = "person", _("in person")
        FORM = "form", _("by a form")
        OTHER = "other", _("otherwise")

    class State(models.TextChoices):
        RECEIVED = "received", _("has come")
        CHECKED = "checked", _("identity checked")
        WORKING = "working", _("in work")
        DONE = "done", _("settled")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Refusal(models.TextChoices):
        UNFOUNDED = "unfounded", _("manifestly unfounded (art. 12(5))")
        EXCESSIVE = "excessive", _("excessive, as repeated (art. 12(5))")
        UNKNOWN = "unknown", _("nobody could tell who asks (art. 11, 12(2))")
        NOTHING = "nothing", _("nothing is held of them")
        LAW = "law", _("the law demands or allows otherwise (art. 17(3), 18(2), 21(1))")
        OTHERS = "others", _("it would harm others (art. 15(4), 20(4))")

    OPEN = (State.RECEIVED, State.CHECKED, State.WORKING)

    kind = models.CharField(_("what is asked for"), max_length=13, choices=Kind.choices)
    customer = models.ForeignKey(
        Customer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="privacy_requests",
        verbose_name=_("customer"),
    )
    came_by = models.CharField(_("how it came"), max_length=6, choices=Came.choices)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("to be answered by"), editable=False)
    extended_on = models.DateField(_("told of the extension on"), null=True, editable=False)
    extended_why = models.TextField(_("why it takes longer"), blank=True, editable=False)
    extended_told = models.CharField(
        _("how they were told of it"), max_length=300, blank=True, editable=False
    )
    identity = models.CharField(
        _("how it was made sure who asks"), max_length=300, blank=True, editable=False
    )
    identity_by = _staff(_("identity checked by"))
    identity_at = models.DateTimeField(_("identity checked"), null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.RECEIVED, editable=False
    )
    taken_by = _staff(_("in the hands of"))
    made_by = _staff(_("written down by"))
    made_at = models.DateTimeField(_("written down"), editable=False)
    closed_by = _staff(_("closed by"))
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    refusal = models.CharField(
        _("why it was refused"), max_length=9, choices=Refusal.choices, blank=True, editable=False
    )
    answer = models.TextField(_("what they were told"), blank=True, editable=False)
    result = models.JSONField(_("what was done"), default=dict, editable=False)

    class Meta:
        verbose_name = _("request of a person")
        verbose_name_plural = _("requests of people")
        indexes = [
            models.Index(fields=["due_on"], condition=Q(closed_at=None), name="privacy_request_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.pk}"


class PrivacyComment(models.Model):
    """Something said of a request among ourselves. Nobody changes it or takes it away; it is emptied with its person."""

    request = models.ForeignKey(PrivacyRequest, models.CASCADE, related_name="comments", editable=False)
    author = _staff(_("said by"))
    said_at = models.DateTimeField(_("said"))
    text = models.TextField(_("words"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("comment on a request of a person")
        verbose_name_plural = _("comments on requests of people")

    def __str__(self) -> str:
        return f"{self.request_id} · {self.pk}"
