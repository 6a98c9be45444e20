"""Files that are brought in: what their columns mean, a try, the run, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin, messages
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.decorators import display

from orchestrator.customers.imports import asked, kinds
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.telling import said_again, said_by
from orchestrator.customers.models import Import
from orchestrator.studio import importing, may, written
from orchestrator.studio.admin.base import Page
from orchestrator.studio.links import url_of
from orchestrator.studio.pace import pace_of

_PREFIX = "customers_import"
ADD, SEE = "customers.add_import", "customers.view_import"
_TONES = {
    "draft": "info", "waiting": "info", "running": "info", "done": "success", "failed": "danger", "cancelled": "warning",
}  # fmt: skip


@admin.register(Import)
class ImportAdmin(Page):
    """Nobody edits a row: it moves by its buttons."""

    list_display = ("name", "kind_shown", "state_shown", "made_at", "by", "line", "left_out")
    list_filter = ("state",)
    ordering = ("-id",)
    list_select_related = ("by",)
    list_before_template = "studio/imports_above.html"
    page_template = "studio/import.html"

    class Media:
        js = (Script("studio/live.js", defer=True), Script("studio/imports.js", defer=True))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the button that begins."""
        above = {"may_add": request.user.has_perm(ADD)}  # type: ignore[union-attr]
        return super().changelist_view(request, {**(extra_context or {}), **above})

    @display(description=_("what is in it"))
    def kind_shown(self, obj: Import) -> str:
        kind = kinds.registered().get(obj.kind)
        return str(kind.title) if kind else obj.kind

    @display(description=_("state"), label=_TONES)
    def state_shown(self, obj: Import) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    def get_urls(self) -> list[Any]:
        """With the form of a new one, the buttons, and the rows that were left out."""
        view = self.admin_site.admin_view
        new = require_http_methods(["GET", "HEAD", "POST"])(self.new_view)
        return [
            path("new/", view(new), name=f"{_PREFIX}_new"),
            path("<int:object_id>/act/<slug:act>/", view(require_POST(self.act_view)), name=f"{_PREFIX}_act"),
            path("<int:object_id>/now/", view(require_GET(self.now_view)), name=f"{_PREFIX}_now"),
            path(
                "<int:object_id>/left-out/", view(require_GET(self.left_out_view)), name=f"{_PREFIX}_left_out"
            ),
            *super().get_urls(),
        ]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """A file is chosen, and kept where it can be read."""
        may.demand(request.user, ADD)
        problem, known = "", kinds.registered()
        if request.method == "POST":
            kind, file = request.POST.get("kind", ""), request.FILES.get("file")
            if kind not in known or file is None:
                problem = gettext("Choose what is in the file, and the file.")
            else:
                try:
                    row = asked.bring(kind, file.name or "", file.chunks(), request.user, timezone.now())
                    return redirect(url_of(_PREFIX, row.pk))
                except FileError as error:
                    problem = said_by(error)
        context = self.admin_site.each_context(request) | {
            "title": gettext("Bring a file in"), "problem": problem, "given": request.POST.get("kind", "customers"),
            "kinds": sorted(known.values(), key=lambda one: str(one.title)),
        }  # fmt: skip
        return TemplateResponse(request, "studio/import_new.html", context, status=400 if problem else 200)

    def page(self, request: HttpRequest, obj: Import) -> Mapping[str, Any]:
        """Its columns while nothing runs; how far it is; what came of it."""
        idle, may_act = obj.state not in Import.UNDER_WAY, request.user.has_perm(ADD)  # type: ignore[union-attr]
        told: dict[str, Any] = {
            "row": obj, "trouble": said_again(obj.told, obj.problem), "idle": idle, "may_act": may_act,
            "counts": importing.counts_of(obj), "problems": importing.problems_of(obj),
            "left_out": number_format(obj.left_out, force_grouping=True),
            "kept_out": number_format(obj.kept_out, force_grouping=True),
            "tried": obj.state == Import.State.DONE and obj.dry,
        }  # fmt: skip
        if not idle:
            told["pace"] = pace_of(obj, timezone.now())
        elif obj.kept_until is not None and may_act:
            told |= self._looked(obj)
        return told

    def _looked(self, obj: Import) -> dict[str, Any]:
        """The file's columns and how it is written, or why it cannot be read."""
        try:
            looked = importing.look(obj)
        except FileError as error:
            return {"trouble": said_by(error)}
        return {
            "kind": kinds.registered()[obj.kind], "looked": looked,
            "written": written.words_of(obj, looked), "writing": written.choices_of(obj, looked),
        }  # fmt: skip

    def now_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How far it is, for the script; once it has ended all that the page shows, and the script asks no more."""
        may.demand(request.user, SEE)
        row = get_object_or_404(Import, pk=object_id)
        told = dict(self.page(request, row))
        answer = render(
            request, "studio/import_told.html" if told["idle"] else "studio/import_now.html", told
        )
        answer["Cache-Control"] = "no-store"
        if told["idle"]:
            answer["X-Ended"] = "1"
        return answer

    def act_view(self, request: HttpRequest, object_id: int, act: str) -> HttpResponse:
        """`look` otherwise at how it is written; `try` and `run` with what the columns mean; or `cancel`."""
        may.demand(request.user, ADD)
        row = get_object_or_404(Import, pk=object_id)
        if act not in ("look", "try", "run", "cancel"):
            raise Http404
        try:
            done = self._act(request, row, act)
        except FileError as error:
            messages.error(request, said_by(error))
        else:
            if not done:
                messages.warning(
                    request, gettext("It was too late for that: look at how it stands, and try again.")
                )
        return redirect(url_of(_PREFIX, row.pk))

    def _act(self, request: HttpRequest, row: Import, act: str) -> bool:
        now = timezone.now()
        if act == "cancel":
            return asked.cancel(row, request.user, now)
        if act == "look":
            return asked.arrange(row, written.said_otherwise(row, request.POST))
        form = importing.chosen(row, request.POST)
        importing.check(row, form, now)
        return asked.arrange(row, form) and asked.start(row, act == "try", request.user, now)

    def left_out_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The rows that were left out, as a file that can be mended and brought again."""
        may.demand(request.user, ADD)
        row = get_object_or_404(Import, pk=object_id)
        try:
            lines = importing.problems_as_csv(row)
            first = next(lines)
        except FileError as error:
            messages.error(request, said_by(error))
            return redirect(url_of(_PREFIX, row.pk))
        answer = StreamingHttpResponse(_all(first, lines), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="left-out-{row.pk}.csv"'
        return answer


def _all(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield "\ufeff" + first  # without it spreadsheets read UTF-8 as cp1250
    yield from rest
