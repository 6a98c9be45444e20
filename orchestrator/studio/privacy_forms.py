"""What is written into a request of a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer, PrivacyRequest
from orchestrator.customers.privacy import today
from orchestrator.studio.asked import NotFound, find_customer

_LONGEST_AGO = timedelta(days=366)
_DAY = ["%Y-%m-%d"]


def _past_day(day: date) -> date:
    now = today(timezone.now())
    if not now - _LONGEST_AGO <= day <= now:
        raise ValidationError(_("Write a day of the last year, and none that is still to come."))
    return day


class _Whose(forms.Form):
    """Whose request it is, by external id or address."""

    who = forms.CharField(required=False, max_length=1000)

    def clean_who(self) -> Customer | None:
        """The customer; None where nothing was written."""
        asked = str(self.cleaned_data["who"]).strip()
        if not asked:
            return None
        try:
            found = find_customer(asked)
        except NotFound as error:
            raise ValidationError(str(error)) from None
        if found.erased_at is not None or found.merged_into_id is not None:
            raise ValidationError(_("This customer was erased, or merged into another."))
        return found


class NewForm(_Whose):
    """A request as it came."""

    kind = forms.ChoiceField(choices=PrivacyRequest.Kind.choices)
    came_by = forms.ChoiceField(choices=PrivacyRequest.Came.choices)
    received_on = forms.DateField(input_formats=_DAY)
    said = forms.CharField(required=False, max_length=2000)

    def clean_received_on(self) -> date:
        """A day that was."""
        return _past_day(self.cleaned_data["received_on"])


class LinkForm(_Whose):
    """Whose it is, known by now."""

    def clean_who(self) -> Customer | None:
        """Somebody."""
        found = super().clean_who()
        if found is None:
            raise ValidationError(_("Write an external id or an address."))
        return found


class CheckForm(forms.Form):
    """How it was made sure who asks."""

    how = forms.CharField(max_length=300)


class ExtendForm(forms.Form):
    """Why it takes longer, and that the person was told."""

    why = forms.CharField(max_length=2000)
    told_on = forms.DateField(input_formats=_DAY)
    how = forms.CharField(max_length=300)


class SayForm(forms.Form):
    """Something said of it."""

    text = forms.CharField(max_length=2000)


class AnswerForm(forms.Form):
    """What the person was told."""

    answer = forms.CharField(max_length=2000)


class RefuseForm(AnswerForm):
    """Why it is not done."""

    refusal = forms.ChoiceField(choices=PrivacyRequest.Refusal.choices)


def first_error(form: forms.Form) -> str:
    """What is wrong, in one sentence."""
    for name, errors in form.errors.get_json_data().items():
        found: Any = errors[0]["message"]
        return str(found) if name == "__all__" else f"{_LABELS.get(name, name)}: {found}"
    return ""


_LABELS = {
    "who": _("Whose request it is"),
    "kind": _("What is asked for"),
    "came_by": _("How it came"),
    "received_on": _("Received on"),
    "said": _("What they wrote or said"),
    "how": _("How"),
    "why": _("Why it takes longer"),
    "told_on": _("Told on"),
    "text": _("Your words"),
    "answer": _("What they were told"),
    "refusal": _("Why it is refused"),
}
