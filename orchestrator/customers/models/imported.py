"""Files that are brought in, and how far it has come with each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """A file of some kind. `customers/imports/asked.py` moves it, and `carry.py` stores what is in it, chunk by chunk.

    `done` counts what of the file is stored or left out, and moves in the transaction of each chunk with all other numbers:
    whoever goes on after a kill goes on just there. `claim` is the worker that reads it, until `lease_until`; `lost` counts
    workers that died without a step forward. `due_at`: when a worker is to look at it, be it to read on or to take the
    file away. `columns`, `sheet`, `encoding` and `delimiter` are what somebody said of the file, `found` what was found
    out of it; `told` is what `problem` is made of (`telling.py`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being set up")
        WAITING = "waiting", _("waits")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNDER_WAY = (State.WAITING, State.RUNNING)

    kind = models.CharField(_("what is in it"), max_length=63)
    name = models.CharField(_("file"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("brought by"),
        editable=False,
    )
    made_at = models.DateTimeField(_("brought"), editable=False)
    size = models.BigIntegerField(_("bytes"), editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, editable=False)
    columns = models.JSONField(_("what its columns mean"), default=dict, editable=False)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True, editable=False)
    encoding = models.CharField(
        _("encoding"), max_length=20, blank=True, default="", db_default="", editable=False
    )
    delimiter = models.CharField(
        _("what stands between cells"), max_length=1, blank=True, default="", db_default="", editable=False
    )
    found = models.JSONField(_("what was found out of it"), default=dict, db_default={}, editable=False)
    dry = models.BooleanField(_("only tried"), default=True, editable=False)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.DRAFT, editable=False
    )
    lines = models.BigIntegerField(_("lines"), default=0, editable=False)
    done = models.BigIntegerField(default=0, editable=False)
    line = models.BigIntegerField(_("lines read"), default=0, editable=False)
    counts = models.JSONField(_("counts"), default=dict, editable=False)
    left_out = models.BigIntegerField(_("rows left out"), default=0, editable=False)
    kept_out = models.BigIntegerField(_("values kept out"), default=0, editable=False)
    problem = models.TextField(_("why it failed"), blank=True, editable=False)
    told = models.JSONField(default=dict, db_default={}, editable=False)
    began_at = models.DateTimeField(_("began"), null=True, editable=False)
    finished_at = models.DateTimeField(_("ended"), null=True, editable=False)
    due_at = models.DateTimeField(null=True, db_index=True, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    lost = models.PositiveSmallIntegerField(default=0, editable=False)
    kept_until = models.DateTimeField(_("the file is kept until"), null=True, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.kind} · {self.pk}"

    @property
    def percent(self) -> int:
        """How far it is, as far as anybody can know."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.line // self.lines) if self.lines else 0


class ImportPart(models.Model):
    """A piece of a file. It is kept here and on no disk: it goes with its import, and nobody else can open it."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("piece of a file")
        verbose_name_plural = _("pieces of files")
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_part")]

    def __str__(self) -> str:
        return f"{self.of_id} · {self.number}"


class ImportProblem(models.Model):
    """A row that was left out, or (`stored`) a value that was kept out of a row that was stored.

    `message` is in English; `told` is what it is made of, by which it is said in other languages (`telling.py`).
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="problems", verbose_name=_("import"))
    line = models.BigIntegerField(_("line"))
    message = models.CharField(_("what is wrong"), max_length=500)
    told = models.JSONField(default=dict, db_default={}, editable=False)
    stored = models.BooleanField(_("the row was stored"), default=False)

    class Meta:
        verbose_name = _("row with a problem")
        verbose_name_plural = _("rows with problems")

    def __str__(self) -> str:
        return f"{self.of_id} · {self.line}"
