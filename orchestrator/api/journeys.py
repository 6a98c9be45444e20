"""Journeys: which there are, what they are by version, and the two buttons."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.accounts.programs import Program, who_calls
from orchestrator.api.auth import Door
from orchestrator.api.once import once
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, read
from orchestrator.api.problems import Refused
from orchestrator.api.shapes import ObjectField, page_of
from orchestrator.api.telling import told
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.pausing import pause, resume
from orchestrator.studio.may import run
from orchestrator.workspace.audit import Action, note

Plain = dict[str, Any]
EXAMPLE: Plain = {
    "id": 2, "key": "onboarding", "title": "Welcome new customers", "brand": "default", "status": "live", "version": 3,
    "first_published_at": "2026-02-01T09:00:00Z", "updated_at": "2026-03-02T12:00:00Z",
}  # fmt: skip
VERSION: Plain = {
    "number": 3, "published_at": "2026-03-01T09:00:00Z", "published_by": "ola", "stopped_at": None,
    "digest": "9f2c", "current": True,
}  # fmt: skip
SEES = ("journeys.view_journey", "journeys.view_journeyversion")


class JourneyShape(serializers.Serializer):  # type: ignore[type-arg]
    """A journey; `version` is the one by which people enter now."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField()
    status = serializers.ChoiceField(Journey.Status.values)
    version = serializers.IntegerField(allow_null=True)
    first_published_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class VersionShape(serializers.Serializer):  # type: ignore[type-arg]
    """A journey as it was published."""

    number = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField()
    current = serializers.BooleanField()


class OneVersionShape(VersionShape):
    """The same with its text and what that was read as."""

    source = serializers.CharField()
    definition = ObjectField()


class Pressed(serializers.Serializer):  # type: ignore[type-arg]
    """What came of a button: `changed` says whether it was this call."""

    key = serializers.CharField()
    status = serializers.ChoiceField(Journey.Status.values)
    changed = serializers.BooleanField()


class JourneysView(Door):
    """All of them."""

    rights = {"GET": SEES}

    @told(
        "list_journeys", "List journeys",
        tag="journeys", params=PAGED, answers=page_of(JourneyShape),
        example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Drafts too."""
        rows = Journey.objects.select_related("brand", "current")
        asked = read(request, PAGED)
        return page(rows, asked, lambda found: [_tell(one) for one in found], name="journeys")


class JourneyView(Door):
    """One of them."""

    rights = {"GET": SEES}

    @told("get_journey", "Get a journey", tag="journeys", answers=JourneyShape, example=EXAMPLE, missing=True)
    def get(self, request: Request, journey: str) -> Response:
        """As it stands."""
        read(request, ())
        return Response(_tell(_found(journey)))


class VersionsView(Door):
    """What it was, version by version."""

    rights = {"GET": SEES}

    @told(
        "list_versions", "List the versions of a journey, the newest first",
        tag="journeys", params=PAGED, missing=True,
        answers=page_of(VersionShape), example={"items": [VERSION], "next": None},
    )  # fmt: skip
    def get(self, request: Request, journey: str) -> Response:
        """Without their texts."""
        asked, one = read(request, PAGED), _found(journey)
        rows = one.versions.select_related("published_by").defer("source", "definition", "templates")
        tell = lambda found: [_tell_version(each, one) for each in found]  # noqa: E731
        return page(rows, asked, tell, name="versions", by="number", newest=True)


class VersionView(Door):
    """One of them."""

    rights = {"GET": SEES}

    @told(
        "get_version", "Get a version of a journey",
        tag="journeys", answers=OneVersionShape, missing=True,
        example={**VERSION, "source": "journey: onboarding\n…", "definition": {"journey": "onboarding", "steps": []}},
    )  # fmt: skip
    def get(self, request: Request, journey: str, number: int) -> Response:
        """With its text."""
        read(request, ())
        one = _found(journey)
        version = one.versions.select_related("published_by").filter(number=number).first()
        if version is None:
            raise Refused("no_version", f"The journey “{journey}” has no such version.", 404)
        found = {"source": version.source, "definition": version.definition}
        return Response({**_tell_version(version, one), **found})


class MayRun(BasePermission):
    """Whoever draws journeys or publishes them, and keys with the scope journeys:run."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """As the studio's own buttons are shown."""
        program = isinstance(request.user, Program)
        self.message = (
            "This key lacks a scope; it needs: journeys:run."
            if program
            else "This account may not do this; it needs the right journeys.change_journey."
        )
        return bool(request.user and run(request.user))


class _ButtonView(Door):
    """A button. Pressed when the journey is so already, it changes nothing."""

    permission_classes = (MayRun,)
    rights = {"POST": ("journeys.change_journey",)}
    action: Action

    def press(self, pk: int) -> bool:
        """Do it; whether anything changed."""
        raise NotImplementedError

    def pressed(self, request: Request, journey: str) -> Response:
        """What came of it, noted in the audit log by who called."""
        one = _found(journey)
        changed = self.press(one.pk)
        if changed:
            note(self.action, who_calls(request.user), one)
        status = Journey.objects.values_list("status", flat=True).get(pk=one.pk)
        wanted = Journey.Status.PAUSED if self.action is Action.PAUSED else Journey.Status.LIVE
        if status != wanted:
            raise Refused("not_live", f"The journey “{journey}” is {status}; this is for what runs.", 409)
        return Response({"key": one.key, "status": status, "changed": changed})


class PauseView(_ButtonView):
    """Pause."""

    action = Action.PAUSED

    @told(
        "pause_journey", "Pause a journey: nobody enters, moves or is written to",
        tag="journeys", answers=Pressed, writes=True,
        missing=True, example={"key": "onboarding", "status": "paused", "changed": True},
    )  # fmt: skip
    @once
    def post(self, request: Request, journey: str) -> Response:
        """200 whether it was live or paused; 409 for a draft or one that was stopped."""
        return self.pressed(request, journey)

    def press(self, pk: int) -> bool:
        """Pause it."""
        return pause(pk)


class ResumeView(_ButtonView):
    """Resume."""

    action = Action.RESUMED

    @told(
        "resume_journey", "Let a paused journey go on",
        tag="journeys", answers=Pressed, writes=True, missing=True,
        example={"key": "onboarding", "status": "live", "changed": True},
    )  # fmt: skip
    @once
    def post(self, request: Request, journey: str) -> Response:
        """200 whether it was paused or live; 409 for a draft or one that was stopped."""
        return self.pressed(request, journey)

    def press(self, pk: int) -> bool:
        """Let it go on."""
        return resume(pk, timezone.now())


def _found(key: str) -> Journey:
    rows = Journey.objects.select_related("brand", "current")
    one = rows.filter(key=key).first() if "\0" not in key else None
    if one is None:
        raise Refused("no_journey", f"There is no journey “{key[:63]}”.", 404)
    return one


def _tell(one: Journey) -> Plain:
    return {
        "id": one.pk, "key": one.key, "title": one.title, "brand": one.brand.key, "status": one.status,
        "version": one.current.number if one.current is not None else None,
        "first_published_at": one.first_published_at, "updated_at": one.updated_at,
    }  # fmt: skip


def _tell_version(one: JourneyVersion, journey: Journey) -> Plain:
    by = one.published_by
    return {
        "number": one.number, "published_at": one.published_at, "published_by": by.get_username() if by else None,
        "stopped_at": one.stopped_at, "digest": one.digest, "current": one.pk == journey.current_id,
    }  # fmt: skip
