"""Requests to publish: their list, and what each asked for; and what is done with them on the page "Publish"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.approval import (
    RIGHT,
    Decided,
    Edited,
    NotYours,
    approve,
    ask_to_publish,
    comment,
    decline,
    is_late,
    standing,
    stands,
    withdraw,
)
from orchestrator.journeys.models import Journey, PublishRequest
from orchestrator.journeys.proposal import Changed, Proposal, source
from orchestrator.studio import may, requests, words
from orchestrator.studio.admin.base import Page
from orchestrator.studio.admin.publishing import PublishPages, journal, published
from orchestrator.studio.links import linked, url_of
from orchestrator.workspace.audit import Action, note

_COLOURS = {
    "waiting": "warning",
    "approved": "success",
    "declined": "danger",
    "void": "info",
    "lapsed": "info",
}
_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class AskForm(forms.Form):
    """What is said along with a request."""

    comment = forms.CharField(required=False, max_length=2000)
    deadline = forms.DateTimeField(required=False, input_formats=_MOMENT)


class CommentForm(forms.Form):
    """Something said of a request."""

    text = forms.CharField(max_length=2000)


class AskingPages(PublishPages):
    """The page "Publish" where publishing needs somebody else's approval."""

    def acts(self) -> dict[str, Callable[[HttpRequest, Journey, str], HttpResponse]]:
        """With asking for it, and answering."""
        mine = {
            "ask": self._ask,
            "approve": self._answer,
            "decline": self._answer,
            "withdraw": self._withdraw,
        }
        return super().acts() | mine

    def publish_now(self, request: HttpRequest, journey: Journey, mark: str) -> HttpResponse:
        """Nobody publishes alone where it needs approval."""
        may.demand(request.user, may.PUBLISH)
        if not may.publish_alone(request.user):
            return self.show(
                request, journey, gettext("Publishing needs somebody else's approval: ask for it."), 403
            )
        return super().publish_now(request, journey, mark)

    def beside(self, request: HttpRequest, journey: Journey, asked: Proposal) -> dict[str, Any]:
        """What waits, or what became of the last request, and who may do what about it."""
        last, now = requests.last_of(journey), timezone.now()
        state = standing(last.state, last.mark, asked.mark, is_late(last, now)) if last is not None else ""
        waits = last if state == PublishRequest.State.WAITING else None
        changeable = self.has_change_permission(request, journey)
        mine = changeable or (waits is not None and waits.asked_by_id == request.user.pk)
        return {
            "needs_approval": not may.publish_alone(request.user),
            "waits": waits,
            "waits_told": requests.told([waits], request.user, now) if waits else [],
            "thread": requests.thread(waits) if waits else [],
            "deadline": _for_input(requests.deadline_by_default(now)),
            "may_decide": may.decide(waits, request.user),
            "may_withdraw": waits is not None and mine,
            "answered": _answered(last, state),
        }

    def _ask(self, request: HttpRequest, journey: Journey, mark: str) -> HttpResponse:
        may.demand(request.user, may.CHANGE)
        form = AskForm(request.POST)
        if not form.is_valid():
            words = gettext("Say until when like 2026-03-09 10:00, and at most 2,000 letters.")
            return self.show(request, journey, words, 400)
        said, now = form.cleaned_data, timezone.now()
        if said["deadline"] and said["deadline"] <= now:
            return self.show(
                request, journey, gettext("That moment is over: choose one that is still to come."), 400
            )
        until = said["deadline"] or requests.deadline_by_default(now)
        try:
            with transaction.atomic():
                asked = ask_to_publish(journey, mark, said["comment"], until, request.user, now)
                if asked.asked_at == now:
                    told = {"request": asked.pk, "deadline": asked.deadline}
                    words = gettext("Approval asked for")
                    journal(request.user, journey, words, Action.APPROVAL_ASKED, **told)
        except Changed:
            return self.changed(request, journey)
        except DefinitionError:
            return self.show(request, journey, gettext("Nothing was asked for."), 409)
        messages.success(request, gettext("Asked. %(whom)s") % {"whom": requests.say_whom(asked)})
        return redirect(request.path)

    def _answer(self, request: HttpRequest, journey: Journey, mark: str) -> HttpResponse:
        """Approve, which publishes, or decline."""
        may.demand(request.user, may.PUBLISH)
        form, waiting = AskForm(request.POST), PublishRequest.objects.select_related("journey")
        one = waiting.filter(journey=journey, mark=mark, state=PublishRequest.State.WAITING).first()
        if one is None:
            return self._too_late(request, journey)
        comment = form.cleaned_data.get("comment", "") if form.is_valid() else ""
        says_no = request.POST.get("act") == "decline"
        if says_no and not comment:
            return self.show(request, journey, gettext("Say why not, so that it can be mended."), 400)
        try:
            return self._decline(request, one, comment) if says_no else self._approve(request, one, comment)
        except Edited:
            return self.show(request, journey, requests.say_why_not(one, request.user), 403)
        except NotYours:
            raise PermissionDenied from None
        except Decided:
            return self._too_late(request, journey)
        except Changed:
            with transaction.atomic():
                if withdraw(one, None, timezone.now()):
                    note(Action.APPROVAL_VOID, None, journey, request=one.pk)
            return self.changed(request, journey)
        except DefinitionError:
            return self.show(request, journey, gettext("Nothing was published."), 409)

    def _approve(self, request: HttpRequest, one: PublishRequest, comment: str) -> HttpResponse:
        with transaction.atomic():
            done = approve(one, comment, request.user, timezone.now())
            told = {"number": done.number, "who": requests.name_of(one.asked_by)}
            words = gettext("Version %(number)s published, as %(who)s had asked") % told
            journal(request.user, one.journey, words, Action.APPROVED, request=one.pk, version=done.number)
        messages.success(request, published(one.journey, done, []))
        return redirect(self.after(request, one.journey))

    def _decline(self, request: HttpRequest, one: PublishRequest, comment: str) -> HttpResponse:
        with transaction.atomic():
            decline(one, comment, request.user, timezone.now())
            words = gettext("Declined to publish")
            journal(request.user, one.journey, words, Action.DECLINED, request=one.pk)
        messages.success(request, gettext("Declined. Whoever asked sees what you said on this page."))
        return redirect(request.path)

    def _withdraw(self, request: HttpRequest, journey: Journey, mark: str) -> HttpResponse:
        one = PublishRequest.objects.filter(journey=journey, state=PublishRequest.State.WAITING).first()
        mine = one is not None and one.asked_by_id == request.user.pk
        if not mine and not self.has_change_permission(request, journey):
            raise PermissionDenied
        with transaction.atomic():
            done = one is not None and withdraw(one, request.user, timezone.now())
            if one is not None and done:
                words = gettext("Request to publish withdrawn")
                journal(request.user, journey, words, Action.APPROVAL_VOID, request=one.pk)
        if not done:
            return self._too_late(request, journey)
        messages.success(request, gettext("Withdrawn."))
        return redirect(request.path)

    def _too_late(self, request: HttpRequest, journey: Journey) -> HttpResponse:
        """Somebody else was faster."""
        last = requests.last_of(journey)
        late = last is not None and last.state == "waiting" and is_late(last, timezone.now())
        state = PublishRequest.State.LAPSED if late else ""
        said = (
            requests.say_decided(last, state)
            if last is not None and (state or last.state != "waiting")
            else ""
        )
        fresh = self.fresh(journey)
        return self.show(request, fresh, f"{gettext('This request waits no longer.')} {said}".strip(), 409)


def _answered(last: PublishRequest | None, state: str) -> dict[str, str] | None:
    """What became of the last request, where that is still of interest."""
    states = PublishRequest.State
    if last is None or state not in (states.DECLINED, states.VOID, states.LAPSED):
        return None
    if state == states.VOID and last.decided_by_id is not None:
        return None
    return {"text": requests.say_decided(last, state), "comment": last.decision}


def _for_input(at: datetime | None) -> str:
    """A moment as the field of a form holds it, on the workspace's clock."""
    return f"{at:%Y-%m-%dT%H:%M}" if at is not None else ""


@admin.register(PublishRequest)
class PublishRequestAdmin(Page):
    """Who asked for what to be published, and what was said to it."""

    list_display = ("title", "state_shown", "asked_by", "asked_at", "deadline", "decided_by", "decided_at")
    list_filter = ("state",)
    search_fields = ("journey__key", "journey__title")
    ordering = ("-id",)
    page_template = "studio/request.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With all that is said of them."""
        return requests.told_whole(super().get_queryset(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may approve sees what waits."""
        return super().has_view_permission(request, obj) or bool(request.user.has_perm(RIGHT))  # type: ignore[union-attr]

    def get_urls(self) -> list[Any]:
        """With the button "Say it"."""
        view = self.admin_site.admin_view(require_POST(self.comment_view))
        name = "journeys_publishrequest_comment"
        return [path("<int:object_id>/comment/", view, name=name), *super().get_urls()]

    def comment_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Something is said of it; whoever takes part is told."""
        one = get_object_or_404(PublishRequest, pk=object_id)
        form = CommentForm(request.POST)
        if not requests.may_comment(one, request.user):
            raise PermissionDenied
        if form.is_valid():
            comment(one, form.cleaned_data["text"], request.user, timezone.now())
            messages.success(request, gettext("Said. Whoever takes part is told by email."))
        else:
            messages.error(request, gettext("Write something, of at most 2,000 letters."))
        return redirect(url_of("journeys_publishrequest", one.pk))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with how each stands as of now."""
        found = super().get_changelist_instance(request)
        rows = list(found.result_list)
        stand = stands(rows, timezone.now())
        for row in rows:
            row.stands = stand[row.pk]
        found.result_list = rows
        return found

    @display(description=_("journey"), ordering="journey")
    def title(self, obj: PublishRequest) -> str:
        return requests.title(obj)

    @display(description=_("state"), label=_COLOURS)
    def state_shown(self, obj: Any) -> tuple[str, str]:
        state = getattr(obj, "stands", obj.state)
        return state, str(PublishRequest.State(state).label)

    def page(self, request: HttpRequest, obj: PublishRequest) -> Mapping[str, Any]:
        """What was asked for, and what became of it."""
        now = timezone.now()
        state = stands([obj], now)[obj.pk]
        waits = state == PublishRequest.State.WAITING
        whom = f" {requests.say_whom(obj)}" if waits else f" {requests.say_decided(obj, state)}"
        return {
            "request_": obj,
            "journey_link": linked(url_of("journeys_journey", obj.journey_id), requests.title(obj)),
            "badge": (words.TONES[state] or _COLOURS[state], PublishRequest.State(state).label),
            "said": requests.say_asked(obj, now) + whom,
            "why_not": requests.say_why_not(obj, request.user) if waits else "",
            "thread": requests.thread(obj),
            "may_comment": requests.may_comment(obj, request.user),
            "is_now": source(obj.journey) == obj.text,
            "waits": waits,
        }
