"""The page "Send once": look first, then plan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish import publish
from orchestrator.journeys.stage import stage
from orchestrator.studio import may
from orchestrator.studio.campaigns import Wish, files, foresee
from orchestrator.studio.drafts import told
from orchestrator.studio.estimate import estimate
from orchestrator.studio.links import url_of
from orchestrator.studio.send_once import SendOnceForm, kept, stairs
from orchestrator.workspace.audit import Action, note


def page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """An empty form; with what was filled in, whom it would reach; and once it is planned, its journey."""
    form = SendOnceForm(request.POST or None)
    context |= {"title": _("Send once"), "form": form, "problems": []}
    context["needs_approval"] = not may.publish_alone(request.user)
    if request.method == "POST" and form.is_valid():
        wish = form.wish()
        try:
            if Journey.objects.filter(key=wish.key).exists():
                context["problems"] = [
                    _("There is a campaign of this title and day; give this one another title.")
                ]
            elif request.POST.get("act") == "send":
                return _plan(request, wish)
            else:
                context |= _seen(wish)
        except DefinitionError as error:
            context["problems"] = [told(problem) for problem in error.problems]
    return TemplateResponse(request, "studio/send_once.html", context)


def _seen(wish: Wish) -> dict[str, Any]:
    seen = foresee(wish, timezone.now())
    hours = sorted(seen.gets_at.items())
    cost = estimate(wish, seen)
    return {"cost": cost, "seen": seen, "stairs": list(stairs(seen)), "kept": kept(seen), "hours": hours}


def _plan(request: HttpRequest, wish: Wish) -> HttpResponse:
    campaign, template = files(wish)
    if not may.publish_alone(request.user):
        with transaction.atomic():
            staged = stage(campaign, [template], timezone.now(), request.user)
            note(Action.CREATED, request.user, staged)
        return redirect("admin:journeys_journey_publish", staged.pk)
    with transaction.atomic():
        published = publish(campaign, [template], timezone.now(), by=request.user)
        journey = Journey.objects.get(key=published.journey)
        note(Action.PUBLISHED, request.user, journey, version=published.number)
    messages.success(request, _("“%(journey)s” is planned.") % {"journey": journey})
    return redirect(url_of("journeys_journey", journey.pk))
