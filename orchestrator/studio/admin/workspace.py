"""The installation: its one row of settings, its brands and topics."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.segments.models import Segment
from orchestrator.studio import checks, story, working
from orchestrator.studio.admin.base import History, StudioAdmin
from orchestrator.studio.fields import TranslatedForm, WordsField, text_in
from orchestrator.studio.halted import say_halt
from orchestrator.studio.links import url_of
from orchestrator.workspace.audit import Action
from orchestrator.workspace.models import Brand, Halt, Heartbeat, Sequence, Topic, Workspace

SENSITIVE = ("sensitive_attributes", "sensitive_segments", "sensitive_events", "sensitive_topics")
LONGEST_GAP = 30 * 24 * 60


class WorkspaceForm(forms.ModelForm):
    """The settings that marketers change."""

    languages = WordsField(
        label=_("Languages"),
        help_text=_("Codes with commas between them, such as pl, en. Tried in this order."),
    )
    paused_channels = WordsField(label=_("Paused channels"), help_text=_("Such as sms. Empty: none."))

    sensitive_attributes = WordsField(
        label=_("Sensitive attributes"),
        help_text=_(
            "What says something of health, intimacy or a child, by its name, such as diagnosis, family.child. Templates"
            " may use it in the body of an email, and not where a locked screen shows it: subjects, preheaders, push and"
            " SMS. Reasons in the studio do not name it."
        ),
    )
    sensitive_segments = WordsField(
        label=_("Sensitive segments"),
        help_text=_("By their keys: a template may ask of them in a body alone."),
    )
    sensitive_events = WordsField(
        label=_("Sensitive events"),
        help_text=_("By their names: where one lets people into a journey, its words stand in bodies alone."),
    )
    sensitive_topics = WordsField(
        label=_("Sensitive topics"),
        help_text=_("By their keys: in what is sent of them, words of an event stand in bodies alone."),
    )

    class Meta:
        model = Workspace
        fields = (
            "name",
            "time_zone",
            "country",
            "languages",
            "currency",
            "holdout",
            "minimum_gap_minutes",
            "utm",
            "track_clicks",
            "track_opens",
            "most_journeys",
            "test_segment",
            "approval_needed",
            "second_factor",
            "approval_days",
            "paused_at",
            "paused_channels",
            *SENSITIVE,
        )

    def clean_name(self) -> str:
        """One line."""
        return checks.one_line(self.cleaned_data["name"])

    def clean_country(self) -> str:
        """One that phone numbers know."""
        return checks.country(self.cleaned_data["country"])

    def clean_languages(self) -> list[str]:
        """Codes only."""
        return checks.languages(self.cleaned_data["languages"])

    def clean_currency(self) -> str:
        """A code only."""
        return checks.currency(self.cleaned_data["currency"])

    def clean_paused_channels(self) -> list[str]:
        """Those that exist: a slip here would let through what must stop."""
        return checks.channels(self.cleaned_data["paused_channels"])

    def clean_test_segment(self) -> str:
        """One that exists: a slip here would test nothing."""
        key = str(self.cleaned_data["test_segment"])
        if key and not Segment.objects.filter(key=key).exists():
            raise ValidationError(_("There is no segment “%(key)s”."), params={"key": key})
        return key

    def clean_sensitive_segments(self) -> list[str]:
        """Those that exist: a slip here would hide nothing."""
        return _known(self.cleaned_data["sensitive_segments"], Segment, _("There is no segment “%(key)s”."))

    def clean_sensitive_topics(self) -> list[str]:
        """Those that exist."""
        return _known(self.cleaned_data["sensitive_topics"], Topic, _("There is no topic “%(key)s”."))

    def clean_utm(self) -> str:
        """Names and values, of words we know."""
        return checks.utm(self.cleaned_data["utm"])

    def clean_minimum_gap_minutes(self) -> int:
        """Not so long that no moment is left to write in."""
        minutes = int(self.cleaned_data["minimum_gap_minutes"])
        if minutes > LONGEST_GAP:
            raise ValidationError(
                _("A gap of more than 30 days would hold nearly everything; write at most %(most)s minutes."),
                params={"most": LONGEST_GAP},
            )
        return minutes


def _known(written: list[str], model: type[Model], problem: Any) -> list[str]:
    there = set(model._default_manager.filter(key__in=written).values_list("key", flat=True))
    for key in written:
        if key not in there:
            raise ValidationError(problem, params={"key": key[:63]})
    return written


@admin.register(Workspace)
class WorkspaceAdmin(StudioAdmin):
    """One row: its list is its form."""

    form = WorkspaceForm
    fieldsets = (
        (None, {"fields": ("name", "time_zone", "country", "languages", "currency")}),
        (
            _("Sending"),
            {
                "fields": (
                    "minimum_gap_minutes",
                    "most_journeys",
                    "test_segment",
                    "approval_needed",
                    "approval_days",
                    "paused_at",
                    "paused_channels",
                )
            },
        ),
        (_("Signing in"), {"fields": ("second_factor",)}),
        (_("Sensitive"), {"fields": SENSITIVE}),
        (_("Measuring"), {"fields": ("holdout", "utm", "track_clicks", "track_opens")}),
    )

    def save_model(self, request: HttpRequest, obj: Workspace, form: Any, change: bool) -> None:
        """What was changed, and no more: what stops or is looked at meanwhile stands in the same row."""
        if form.changed_data:
            obj.save(update_fields=form.changed_data)

    def deed(self, changed: Any) -> Action:
        """The kill switch is called by what it does."""
        before, after = changed.get("paused_at") or (None, None)
        switched = {(True, False): Action.PAUSED, (False, True): Action.RESUMED}
        return switched.get((not before, not after), Action.SETTING_CHANGED)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one, always."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """There is one, always."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go straight to the form."""
        return redirect(url_of("workspace_workspace", Workspace.get().pk))


class BrandForm(TranslatedForm):
    """A brand, with its footer in each language."""

    translated = ("footer",)
    footer_en = text_in(_("Footer, in English"), lines=3, longest=2000)
    footer_pl = text_in(_("Footer, in Polish"), lines=3, longest=2000)

    class Meta:
        model = Brand
        fields = (
            "key",
            "name",
            "site_url",
            "sender_name",
            "sender_address",
            "reply_to",
            "sms_sender",
            "logo_url",
            "colour",
        )

    def clean_key(self) -> str:
        """As files of journeys write it."""
        written = str(self.cleaned_data["key"])
        return checks.key(written) if "key" in self.changed_data else written

    def clean_sender_name(self) -> str:
        """One line: it goes into a header."""
        return checks.one_line(self.cleaned_data["sender_name"])

    def clean_sms_sender(self) -> str:
        """As networks carry it."""
        return checks.sms_sender(self.cleaned_data["sms_sender"])

    def clean_colour(self) -> str:
        """As style sheets write it."""
        return checks.colour(self.cleaned_data["colour"])


@admin.register(Brand)
class BrandAdmin(StudioAdmin):
    """Senders. One that something refers to cannot be deleted; the default never."""

    form = BrandForm
    list_display = ("name", "key", "sender_name", "sender_address", "sms_sender")
    search_fields = ("name", "key")
    fieldsets = (
        (None, {"fields": ("key", "name", "site_url")}),
        (_("Sender"), {"fields": ("sender_name", "sender_address", "reply_to", "sms_sender")}),
        (_("Look"), {"fields": ("logo_url", "colour", "footer_en", "footer_pl")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Every installation has its default brand."""
        is_default = isinstance(obj, Brand) and obj.key == "default"
        return not is_default and super().has_delete_permission(request, obj)


class TopicForm(TranslatedForm):
    """A topic, with its title in each language."""

    translated = ("title",)
    title_en = text_in(_("Title, in English"))
    title_pl = text_in(_("Title, in Polish"))

    class Meta:
        model = Topic
        fields = ("key",)

    def clean_key(self) -> str:
        """As files of journeys write it."""
        written = str(self.cleaned_data["key"])
        return checks.key(written) if "key" in self.changed_data else written


@admin.register(Topic)
class TopicAdmin(StudioAdmin):
    """What messages are about."""

    form = TopicForm
    list_display = ("__str__", "key")
    search_fields = ("key",)
    fieldsets = ((None, {"fields": ("key", "title_en", "title_pl")}),)


@admin.register(Sequence)
class SequenceAdmin(History):
    """The last number given, where the database has no sequences."""

    list_display = ("name", "value")


@admin.register(Heartbeat)
class HeartbeatAdmin(History):
    """Who works, and who did lately."""

    list_display = ("name", "state_shown", "doing_shown", "beat_at", "started_at", "ended_at")
    ordering = ("-beat_at",)
    fields = ("worker", "kind_shown", "state_said", "doing_shown", "beat_at", "started_at", "ended_at")
    readonly_fields = ("kind_shown", "state_said", "doing_shown")

    @display(description=_("worker"))
    def name(self, obj: Heartbeat) -> str:
        return f"{obj.kind} {obj.worker[:8]}"

    @display(description=_("started by"))
    def kind_shown(self, obj: Heartbeat) -> str:
        return working.say_kind(obj.kind)

    @display(description=_("state"), label={"works": "success", "silent": "danger", "ended": ""})
    def state_shown(self, obj: Heartbeat) -> tuple[str, str]:
        return working.say_state(obj, timezone.now())

    @display(description=_("state"))
    def state_said(self, obj: Heartbeat) -> str:
        return self.state_shown(obj)[1]

    @display(description=_("what it does"))
    def doing_shown(self, obj: Heartbeat) -> str:
        return working.say_doing(obj.doing)


@admin.register(Halt)
class HaltAdmin(History):
    """When nothing was sent until somebody decided, and why."""

    list_display = ("why", "state_shown", "halted_at", "ended_at")
    ordering = ("-halted_at",)
    fields = ("said", "halted_at", "evidence_shown", "ended_at")
    readonly_fields = ("said", "evidence_shown")

    @display(description=_("state"), label={"open": "danger", "ended": ""})
    def state_shown(self, obj: Halt) -> tuple[str, str]:
        return ("ended", gettext("ended")) if obj.ended_at else ("open", gettext("nothing is sent"))

    @display(description=_("reason"))
    def said(self, obj: Halt) -> str:
        return obj.get_why_display() if obj.ended_at else say_halt(obj)

    @display(description=_("evidence"))
    def evidence_shown(self, obj: Halt) -> str:
        return story.table(working.say_evidence(obj.evidence)) if obj.evidence else "–"
