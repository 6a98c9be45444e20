"""Around requests to publish: what was said, who was told, and who edited which draft."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import DraftEdit, PublishComment, PublishNotice
from orchestrator.studio import telling, words
from orchestrator.studio.admin.base import History
from orchestrator.studio.links import linked, url_of


def _request(obj: PublishComment | PublishNotice) -> SafeString:
    return linked(url_of("journeys_publishrequest", obj.request_id), obj.request)


@admin.register(PublishComment)
class PublishCommentAdmin(History):
    """What was said of requests: the request's page shows it in its place."""

    list_display = ("request_shown", "author", "said_at", "text")
    list_display_links = ("said_at",)
    list_select_related = ("request__journey", "author")
    ordering = ("-id",)
    fields = ("request_shown", "author", "said_at", "text")
    readonly_fields = ("request_shown",)

    @display(description=_("request to publish"))
    def request_shown(self, obj: PublishComment) -> SafeString:
        return _request(obj)


@admin.register(PublishNotice)
class PublishNoticeAdmin(History):
    """Each letter about a request, and what came of it."""

    list_display = ("request_shown", "what", "to", "state_shown", "tries", "failure_shown", "made_at")
    list_display_links = ("what",)
    list_select_related = ("request__journey", "to")
    list_filter = ("what",)
    ordering = ("-id",)
    fields = ("request_shown", "what", "to", "state_said", "tries", "failure_shown", "made_at", "told_at")
    readonly_fields = ("request_shown", "state_said", "failure_shown")

    @display(description=_("request to publish"))
    def request_shown(self, obj: PublishNotice) -> SafeString:
        return _request(obj)

    @display(
        description=_("state"),
        label={"success": "success", "danger": "danger", "warning": "warning", "info": "info"},
    )
    def state_shown(self, obj: PublishNotice) -> tuple[str, str]:
        said, tone = _state(obj)
        return tone, said

    @display(description=_("state"))
    def state_said(self, obj: PublishNotice) -> str:
        return _state(obj)[0]

    @display(description=_("last failure"))
    def failure_shown(self, obj: PublishNotice) -> str:
        return telling.say_failure(obj.failure) or "–"


def _state(one: PublishNotice) -> tuple[str, str]:
    """Where a letter stands, and its colour."""
    if one.told_at is not None:
        return gettext("told %(when)s") % {"when": words.moment(one.told_at)}, "success"
    if one.due_at is None:
        return (gettext("given up"), "danger") if one.failure else (gettext("of no use any more"), "info")
    if one.failure:
        return gettext("tried again %(when)s") % {"when": words.moment(one.due_at)}, "warning"
    return gettext("on its way"), "info"


@admin.register(DraftEdit)
class DraftEditAdmin(History):
    """Who has edited which draft since it was last published: they may not approve it."""

    list_display = ("journey_shown", "user", "edited_at")
    list_display_links = ("edited_at",)
    list_select_related = ("journey", "user")
    ordering = ("-id",)
    fields = ("journey_shown", "user", "edited_at")
    readonly_fields = ("journey_shown",)

    @display(description=_("journey"))
    def journey_shown(self, obj: DraftEdit) -> SafeString:
        return linked(url_of("journeys_journey", obj.journey_id), obj.journey)
