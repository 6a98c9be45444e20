"""Likely duplicates: a queue of pairs, the likeliest first, and a page on which somebody decides each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.customers.models import Customer
from orchestrator.domain.duplicates import weigh
from orchestrator.duplicates.facts import load
from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.duplicates.search import newest, want
from orchestrator.duplicates.words import SHORT, say_evidence
from orchestrator.segments.matching import Chosen
from orchestrator.store import doorbells
from orchestrator.studio import merging
from orchestrator.studio.admin.base import BigPage
from orchestrator.studio.doubles import pressed, side, would
from orchestrator.studio.doubles.said import say_crowds, say_search
from orchestrator.studio.links import linked, related, url_of

_PREFIX = "duplicates_likelyduplicate"
_TONES = {"likely": "warning", "possible": "info"}
State = LikelyDuplicate.State


@admin.register(LikelyDuplicate)
class LikelyDuplicateAdmin(BigPage):
    """Nobody edits a pair: somebody says that it is one person, or two."""

    list_display = ("pair", "strength_shown", "evidence_shown", "found_at", "state")
    list_filter = ("strength",)
    search_fields = ("=first__external_id", "=second__external_id")
    search_help_text = _("The whole external id of one of them")
    ordering = ("state", "-weight", "-id")
    together = ("first", "second")
    page_template = "studio/duplicate.html"
    list_before_template = "studio/duplicates_above.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """On the list, what is to be looked at, unless another state is asked for; nobody who is not there any more."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match is None or match.url_name != f"{_PREFIX}_changelist" or "state__exact" in request.GET:
            return rows
        there = {
            f"{one}__{name}": None
            for one in ("first", "second")
            for name in ("merged_into", "erased_at", "restricted_at")
        }
        return rows.filter(state=State.OPEN, **there)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The queue, with how the last search went, and the ways to ask for one kind of evidence."""
        search = newest()
        above = {
            "search": say_search(search),
            "crowds": say_crowds(search),
            "signs": [(f"+{code}+", said) for code, said in SHORT.items()],
            "states": [(state, str(state.label)) for state in State],
            "may_look": merging.allowed(request.user),
        }
        return super().changelist_view(request, {**(extra_context or {}), **above})

    @display(description=_("who"))
    def pair(self, obj: LikelyDuplicate) -> str:
        return " · ".join(str(related(obj, name) or f"#{getattr(obj, f'{name}_id')}") for name in _BOTH)

    @display(description=_("how likely"), label=_TONES)
    def strength_shown(self, obj: LikelyDuplicate) -> tuple[str, str]:
        return obj.strength, f"{obj.get_strength_display()} ({obj.weight})"

    @display(description=_("evidence"))
    def evidence_shown(self, obj: LikelyDuplicate) -> SafeString:
        return format_html('<div class="st-cell"><span>{}</span></div>', say_evidence(obj.codes))

    def get_urls(self) -> list[Any]:
        """With the buttons."""
        view = self.admin_site.admin_view
        return [
            path("look/", view(require_POST(self.look_view)), name=f"{_PREFIX}_look"),
            path("<int:object_id>/act/<slug:act>/", view(require_POST(self.act_view)), name=f"{_PREFIX}_act"),
            *super().get_urls(),
        ]

    def look_view(self, request: HttpRequest) -> HttpResponse:
        """The button "Look for duplicates": workers begin in a moment."""
        if not merging.allowed(request.user):
            raise PermissionDenied
        want(timezone.now())
        doorbells.ring_now(doorbells.WALK)
        messages.success(
            request, gettext("Workers look through everybody now; what they find comes in here.")
        )
        return redirect(reverse(f"admin:{_PREFIX}_changelist"))

    def act_view(self, request: HttpRequest, object_id: int, act: str) -> HttpResponse:
        """A button of a pair's page: one person, two, or to be asked again."""
        pair = get_object_or_404(LikelyDuplicate, pk=object_id)
        if not merging.allowed(request.user):
            raise PermissionDenied
        if act not in pressed.ACTS:
            raise Http404
        now = timezone.now()
        if act == pressed.MERGE:
            stays = get_object_or_404(
                Customer, pk__in=(pair.first_id, pair.second_id), pk=_number(request.POST.get("stays", ""))
            )
            done, told = pressed.merge(pair, stays, now, request.user)
        elif act == pressed.APART:
            done, told = pressed.apart(pair, now, request.user)
        else:
            done, told = pressed.again(pair, now, request.user)
        if done:
            self.log_only(request, pair, told)
        messages.add_message(request, messages.SUCCESS if done else messages.ERROR, told)
        return redirect(url_of(_PREFIX, pair.pk))

    def page(self, request: HttpRequest, obj: LikelyDuplicate) -> Mapping[str, Any]:
        """Both side by side, as they are now; and, while nobody has decided, what a merge would do (`?stays=7`: who stays)."""
        both = [related(obj, name) for name in _BOTH]
        if any(one is None or one.erased_at is not None for one in both):
            return {"one": obj, "gone": True}
        first, second = both
        known = side.read((first, second), timezone.now())
        facts = load(Chosen([first.pk, second.pk]))
        alive = len(facts) == 2
        stays, goes = _who(both, would.survivor(both, known), request)
        open_ = obj.state == State.OPEN and alive
        return {
            "one": obj,
            "people": [_person_link(one) for one in both],
            "evidence": _evidence(obj, facts) if alive else say_evidence(obj.codes),
            "alive": alive,
            "lines": side.lines((first, second), known),
            "would": would.say(stays, goes, known) if open_ else [],
            "stays": stays,
            "goes": goes,
            "stays_called": side.called(stays),
            "goes_called": side.called(goes),
            "may_act": open_ and merging.allowed(request.user),
            "may_ask_again": obj.state == State.TWO_PEOPLE and alive and merging.allowed(request.user),
        }


_BOTH = ("first", "second")


def _evidence(obj: LikelyDuplicate, facts: Mapping[int, Any]) -> str:
    """What speaks for it and against, of what is known now; nothing once one of them was corrected."""
    verdict = weigh(facts[obj.first_id], facts[obj.second_id])
    return say_evidence(verdict.evidence) or gettext("nothing any more: one of them has changed")


def _who(both: list[Any], proposed: Customer, request: HttpRequest) -> tuple[Customer, Customer]:
    """Who stays and who goes."""
    wanted = _number(request.GET.get("stays", ""))
    stays = next((one for one in both if one.pk == wanted), proposed)
    return stays, next(one for one in both if one.pk != stays.pk)


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0


def _person_link(one: Customer) -> SafeString:
    return linked(url_of("customers_customer", one.pk), side.called(one))
