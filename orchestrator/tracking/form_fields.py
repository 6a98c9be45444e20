"""What somebody writes into a sign-up form, checked field by field."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from orchestrator.consents.models import ConsentText
from orchestrator.customers.addresses import normalise

LONGEST_NAME = 60


class Fields(forms.Form):
    """The fields that a form asks for, and a tick for each text; none is ticked beforehand.

    `email` must be filled in where it is asked, a phone number where there is no email; the rest may be left empty.
    """

    use_required_attribute = False  # the browser's own words would hide ours, and may be in another language

    def __init__(
        self, asks: Sequence[str], texts: Sequence[tuple[ConsentText, str]], data: Any = None
    ) -> None:
        super().__init__(data)
        self.texts = [text for text, _ in texts]
        for name in asks:
            self.fields[name] = _FIELDS[name]("email" not in asks)
        for text, words in texts:
            self.fields[f"text-{text.key}"] = forms.BooleanField(label=words, required=False)
        for bound in self:
            hint = f"{bound.auto_id}-error" if bound.errors else ""
            bound.field.widget.attrs |= {"aria-describedby": hint, "aria-invalid": "true"} if hint else {}

    @property
    def ticked(self) -> list[ConsentText]:
        """The texts agreed to."""
        return [text for text in self.texts if self.cleaned_data.get(f"text-{text.key}")]

    def clean_email(self) -> str:
        """In its one spelling."""
        return _address("email", self.cleaned_data["email"], _("Write an address like anna@example.com."))

    def clean_phone(self) -> str:
        """With its country: none is guessed."""
        told = _("Write the number with its country, like +48 501 234 567.")
        return _address("sms", self.cleaned_data["phone"], told)

    def clean_first_name(self) -> str:
        """One line of visible signs."""
        name: str = self.cleaned_data["first_name"]
        if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") for sign in name):
            raise forms.ValidationError(_("Write a name in one line, without invisible signs."))
        return name

    def clean(self) -> dict[str, Any]:
        """Whoever agrees to nothing has nothing to sign up for."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        boxes = [f"text-{text.key}" for text in self.texts]
        if boxes and not any(said.get(box) for box in boxes):
            words = _("Tick this if you agree.") if len(boxes) == 1 else _("Tick at least one of these.")
            self.add_error(boxes[0], words)
        return said


def _address(channel: str, value: str, told: str) -> str:
    if not value:
        return ""
    try:
        return normalise(channel, value)
    except ValueError as error:
        raise forms.ValidationError(told) from error


def _text(label: str, needed: bool, kind: str, complete: str, longest: int) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": kind, "autocomplete": complete})
    errors = {
        "required": _("Please fill this in."),
        "null_characters_not_allowed": _("Delete the invisible signs."),
    }
    field = forms.CharField(
        label=label, required=needed, max_length=longest, widget=widget, error_messages=errors
    )
    field.widget.attrs.pop("maxlength", None)  # cutting off silently would lose what was typed
    return field


def _language(_needed: bool) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Language of our messages"),
        choices=settings.LANGUAGES,
        initial=get_language(),
        required=False,
    )


_FIELDS = {
    "email": lambda _alone: _text(_("Email address"), True, "email", "email", 254),
    "phone": lambda alone: _text(_("Phone number, with its country"), alone, "tel", "tel", 40),
    "first_name": lambda _alone: _text(_("First name"), False, "text", "given-name", LONGEST_NAME),
    "language": _language,
}
