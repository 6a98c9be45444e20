"""What the pages of things that were not taken share: each stays with its reason, and can be taken now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.studio.admin.base import BigHistory
from orchestrator.studio.links import url_of

MOST = 1000  # taken again at a time


class ReplayedAdmin(BigHistory):
    """What was not taken stays until it is taken and forgotten; nobody edits it. `list_select_related` names whose it is."""

    change_form_template = "studio/replayed.html"
    list_select_related: Any = ()
    ordering = ("-id",)
    actions = ("replay_selected",)
    hint: Any = ""

    def take(self, rows: Sequence[Any]) -> int:
        """Take these now; answers how many were taken."""
        raise NotImplementedError

    def taken_words(self, count: int) -> str:
        """So many were taken."""
        raise NotImplementedError

    def left_words(self, count: int) -> str:
        """So many were not."""
        raise NotImplementedError

    @property
    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list[URLPattern]:
        """With the button of one."""
        view = self.admin_site.admin_view(require_POST(self.replay_view))
        return [path("<int:object_id>/replay/", view, name=f"{self._name}_replay"), *super().get_urls()]

    @display(description=_("state"), label={"taken": "success", "waits": "warning"})
    def state_shown(self, obj: Any) -> tuple[str, str]:
        return ("taken", gettext("taken since")) if obj.replayed_at else ("waits", gettext("not taken"))

    @display(description=_("state"))
    def state_said(self, obj: Any) -> str:
        return self.state_shown(obj)[1]

    def may_replay(self, request: HttpRequest) -> bool:
        """Whoever may change what is known of people."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """As Django asks it, of the action."""
        return self.may_replay(request)

    def replay_all(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Those that are selected."""
        self._replay(request, list(queryset.select_related(*self.list_select_related).order_by("id")[:MOST]))

    def replay_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Take it now"."""
        rows = self.model._default_manager.select_related(*self.list_select_related)
        row = get_object_or_404(rows, pk=object_id)
        if not self.may_replay(request):
            raise PermissionDenied
        self._replay(request, [row])
        return redirect(url_of(self._name, row.pk))

    def _replay(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        taken = self.take(rows)
        if taken:
            messages.success(request, self.taken_words(taken))
        if left := len(rows) - taken:
            messages.error(request, self.left_words(left))

    def can_be_taken(self, obj: Any) -> bool:
        """Whether the button can do something."""
        return obj is not None and obj.replayed_at is None

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """The button, where it can."""
        if not (self.can_be_taken(obj) and self.may_replay(request)):
            return {"replay": ""}
        return {"replay": reverse(f"admin:{self._name}_replay", args=[obj.pk]), "hint": self.hint}
