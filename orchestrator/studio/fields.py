"""Form fields for values that are kept as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

MONOSPACE = {"class": "st-mono", "spellcheck": "false", "autocapitalize": "off", "wrap": "off"}


class WordsField(forms.CharField):
    """A list of short words, written with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextInputWidget)
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as it is written."""
        return ", ".join(str(word) for word in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The written words as a list, each once."""
        if isinstance(value, list):
            return value
        return list(dict.fromkeys(word.strip() for word in str(value or "").split(",") if word.strip()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the list is another one."""
        return bool((initial or []) != self.to_python(data))


def monospace(rows: int) -> forms.Widget:
    """A text area for source: every sign as wide as the next."""
    return UnfoldAdminTextareaWidget(attrs={**MONOSPACE, "rows": rows})


class TranslatedForm(forms.ModelForm):
    """A form in which the JSON fields `translated` are one text input for each language of the studio.

    What a field holds in other languages stays.
    """

    translated: Sequence[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.translated:
            held = getattr(self.instance, name) or {}
            for code, _language in settings.LANGUAGES:
                self.fields[f"{name}_{code}"].initial = held.get(code, "")

    def save(self, commit: bool = True) -> Any:
        """Put the languages back together."""
        for name in self.translated:
            held = dict(getattr(self.instance, name) or {})
            for code, _language in settings.LANGUAGES:
                held[code] = self.cleaned_data.get(f"{name}_{code}", "")
            setattr(self.instance, name, {code: text for code, text in held.items() if text})
        return super().save(commit)


def text_in(label: Any, *, lines: int = 1, longest: int = 100) -> forms.CharField:
    """One language of a translated field."""
    widget = UnfoldAdminTextareaWidget(attrs={"rows": lines}) if lines > 1 else UnfoldAdminTextInputWidget()
    return forms.CharField(label=label, required=False, widget=widget, max_length=longest)


CHANNELS_HELP = _("With commas between them: email, sms, push. Empty: all of them together.")
CHANNEL_HELP = _("One of them: email, sms, push.")
