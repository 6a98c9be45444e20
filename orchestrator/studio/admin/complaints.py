"""Marketing that complaints have stopped; whoever may lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.messaging.complaints import let_go_on
from orchestrator.messaging.models import ComplaintBreaker
from orchestrator.studio.admin.base import History, channel_mark
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.audit import Action
from orchestrator.workspace.roles import LET_GO_ON


@admin.register(ComplaintBreaker)
class ComplaintBreakerAdmin(History):
    """Each stop with what it rests on. The engine writes them, and a person ends them, by the button."""

    change_form_template = "studio/complaint_breaker.html"
    list_display = ("brand", "channel_shown", "state_shown", "rate", "opened_at", "closed_at")
    list_select_related = ("brand",)
    ordering = ("-id",)
    fields = (
        "brand", "channel_shown", "state_said", "rate", "complained_shown", "accepted_shown", "since", "opened_at",
        "closed_at", "closed_by",
    )  # fmt: skip
    readonly_fields = ("channel_shown", "state_said", "rate", "complained_shown", "accepted_shown")

    @display(description=_("channel"), ordering="channel")
    def channel_shown(self, obj: ComplaintBreaker) -> SafeString:
        return channel_mark(obj.channel)

    @display(description=_("state"), label={"stopped": "danger", "over": "success"})
    def state_shown(self, obj: ComplaintBreaker) -> tuple[str, str]:
        return ("over", gettext("goes on")) if obj.closed_at else ("stopped", gettext("stopped"))

    @display(description=_("state"))
    def state_said(self, obj: ComplaintBreaker) -> str:
        return self.state_shown(obj)[1]

    @display(description=_("complaint rate"))
    def rate(self, obj: ComplaintBreaker) -> str:
        share = 100 * obj.complained / obj.accepted if obj.accepted else 0
        # Translators: a share in percent; write the sign as your language does.
        return gettext("%(number)s%%") % {"number": number_format(round(share, 2), 2)}

    @display(description=_("called spam"))
    def complained_shown(self, obj: ComplaintBreaker) -> str:
        return grouped(obj.complained)

    @display(description=_("accepted"))
    def accepted_shown(self, obj: ComplaintBreaker) -> str:
        return grouped(obj.accepted)

    def get_urls(self) -> list[URLPattern]:
        """The button, beside what every page has."""
        view = self.admin_site.admin_view(require_POST(self.close_view))
        name = "messaging_complaintbreaker_close"
        return [path("<int:object_id>/close/", view, name=name), *super().get_urls()]

    def close_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Let marketing go on": noted with who pressed it. Pressed twice, the second is told."""
        breaker = get_object_or_404(ComplaintBreaker, pk=object_id)
        if not request.user.has_perm(LET_GO_ON):  # type: ignore[union-attr]
            raise PermissionDenied
        with transaction.atomic():
            done = let_go_on(breaker.pk, request.user, timezone.now())
            if done:
                self.log_change(request, breaker, gettext("Marketing goes on"), Action.LET_GO_ON)
        if done:
            messages.success(
                request, gettext("Marketing goes on: what waited leaves within a quarter of an hour.")
            )
        else:
            messages.info(request, gettext("Somebody had let it go on already."))
        return redirect(url_of("messaging_complaintbreaker", breaker.pk))

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """The button, where it is open and the reader may press it."""
        open_ = obj is not None and obj.closed_at is None
        return {"breaker": obj, "is_open": open_, "may_close": open_ and request.user.has_perm(LET_GO_ON)}  # type: ignore[union-attr]
