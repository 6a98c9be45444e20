"""What the pages for signing in ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm as DjangoForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldBooleanWidget

from orchestrator.accounts.throttle import TooManyAttempts

WRONG_CODE = _("This code is not right, or was used already. Wait for the next one.")


def too_many(error: TooManyAttempts) -> ValidationError:
    """The same for everybody, whether the name exists or not."""
    told = ngettext(
        "Too many attempts. Try again in %(minutes)s minute.",
        "Too many attempts. Try again in %(minutes)s minutes.",
        error.minutes,
    )
    return ValidationError(told % {"minutes": error.minutes}, code="throttled")


class SignInForm(AuthenticationForm):
    """Name and password; too many attempts are told as such, before any password is looked at."""

    def clean(self) -> dict[str, Any]:
        """Django's check."""
        try:
            return DjangoForm.clean(self)
        except TooManyAttempts as error:
            raise too_many(error) from None


def _asks(label: Any, **attributes: str) -> forms.CharField:
    attributes |= {"class": " ".join(BASE_INPUT_CLASSES), "spellcheck": "false", "autocapitalize": "none"}
    return forms.CharField(label=label, max_length=40, widget=forms.TextInput(attrs=attributes))


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = _asks(_("Code"), autocomplete="one-time-code", autofocus="")
    remember = forms.BooleanField(
        label=_("Do not ask on this device for 30 days"), required=False, widget=UnfoldBooleanWidget()
    )


class NewCodeForm(forms.Form):
    """The first code of an app that has just been set up."""

    code = _asks(_("Code"), autocomplete="one-time-code", inputmode="numeric")


class PasswordForm(forms.Form):
    """The password once more, before something that whoever finds a screen unlocked must not do."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": " ".join(BASE_INPUT_CLASSES)}
        ),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
