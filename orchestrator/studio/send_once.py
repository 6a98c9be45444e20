"""The form "Send once", and what it shows before anything is sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from orchestrator.domain.staircase import STEPS, Staircase
from orchestrator.segments.models import Segment
from orchestrator.studio import words
from orchestrator.studio.campaigns import Wish
from orchestrator.studio.links import linked
from orchestrator.workspace.models import Topic, Workspace

CHANNELS = (("email", _("Email")), ("sms", _("SMS")), ("email, sms", _("Email, else SMS")))
STAIRS = {
    "audience": _("in the segment"),
    "let_in": _("let in"),
    "consented": _("allow it"),
    "reachable": _("can be reached"),
    "not_held_out": _("not kept back to measure"),
    "not_capped": _("had not too many messages yet"),
}


class SendOnceForm(forms.Form):
    """Whom, when, by which channel, and what: in every language of the workspace."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=UnfoldAdminTextInputWidget())
    segment = forms.ModelChoiceField(
        Segment.objects.all(), label=_("To the segment"), widget=UnfoldAdminSelectWidget()
    )
    leave_out = forms.ModelChoiceField(
        Segment.objects.all(), label=_("But not to"), required=False, widget=UnfoldAdminSelectWidget()
    )
    topic = forms.ModelChoiceField(
        Topic.objects.all(), label=_("Topic"), required=False, widget=UnfoldAdminSelectWidget()
    )
    at = forms.SplitDateTimeField(label=_("When"), widget=UnfoldAdminSplitDateTimeWidget())
    own_clock = forms.BooleanField(
        label=_("By everybody's own clock"), required=False, widget=UnfoldBooleanSwitchWidget()
    )
    via = forms.ChoiceField(label=_("By"), choices=CHANNELS, widget=UnfoldAdminSelectWidget())
    waves = forms.CharField(
        label=_("In waves"),
        required=False,
        help_text=_("Shares that add up to 100%, such as 10%, 30%, 60%. Empty: all at once."),
        widget=UnfoldAdminTextInputWidget(),
    )
    every = forms.CharField(
        label=_("A wave every"),
        required=False,
        initial="1 hour",
        help_text=_("A number and a unit in English, such as 30 minutes or 2 hours. Only with waves."),
        widget=UnfoldAdminTextInputWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Segment.objects.exists():
            add = linked(reverse("admin:segments_segment_add"), _("Make a segment"))
            self.fields["segment"].help_text = format_html("{} {}", _("There is none yet."), add)
        for language in languages():
            mark = f" ({language})"
            subject = forms.CharField(
                label=str(_("Subject of the email")) + mark, required=False, max_length=200
            )
            subject.widget = UnfoldAdminTextInputWidget()
            html = forms.CharField(label=str(_("Email")) + mark, required=False)
            html.widget = UnfoldAdminTextareaWidget(attrs={"rows": 8})
            sms = forms.CharField(label=str(_("SMS")) + mark, required=False, max_length=1000)
            sms.widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})
            self.fields |= {f"subject_{language}": subject, f"html_{language}": html, f"sms_{language}": sms}

    def wish(self) -> Wish:
        """What was filled in; only of a valid form."""
        said = self.cleaned_data
        at: datetime = timezone.localtime(said["at"]).replace(tzinfo=None)
        return Wish(
            key=slug(said["title"], at),
            title=said["title"],
            topic=said["topic"].key if said["topic"] else "",
            segment=said["segment"].key,
            leave_out=said["leave_out"].key if said["leave_out"] else "",
            at=at,
            own_clock=said["own_clock"],
            via=tuple(said["via"].split(", ")),
            texts={
                language: {part: said[f"{part}_{language}"].strip() for part in ("subject", "html", "sms")}
                for language in languages()
            },
            waves=tuple(share.strip() for share in said["waves"].split(",") if share.strip()),
            every=said["every"].strip(),
        )


def languages() -> list[str]:
    """The workspace's, the first one first."""
    return list(Workspace.get().languages or ["en"])


def slug(title: str, at: datetime) -> str:
    """A key of a title and a day: `wiosenna_wyprzedaz_20260309`."""
    plain = unicodedata.normalize("NFKD", title.replace("ł", "l").replace("Ł", "L"))
    written = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode().lower()).strip("_")
    return f"{'campaign' if not written or written[0].isdigit() else written[:50]}_{at:%Y%m%d}"


def stairs(seen: Staircase) -> Iterator[dict[str, Any]]:
    """Each step with the people left on it, their share of all, and how many stopped before it."""
    whole, before = seen.steps["audience"], seen.steps["audience"]
    for step in STEPS:
        left = seen.steps[step]
        yield {
            "name": STAIRS[step],
            "people": left,
            "stopped": before - left,
            "share": 100 * left // (whole or 1),
        }
        before = left


def kept(seen: Staircase) -> list[tuple[str, int]]:
    """Why people get nothing, in words, most first."""
    return [(words.reason(code), count) for code, count in seen.kept.most_common()]
