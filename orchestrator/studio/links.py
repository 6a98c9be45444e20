"""Ways from one page of the admin to the next."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def url_of(model: str, pk: Any) -> str:
    """The admin page of a row; `model` is "app_model"."""
    return reverse(f"admin:{model}_change", args=[pk])


def linked(url: str, text: Any) -> SafeString:
    """A link."""
    return format_html('<a class="st-link" href="{}">{}</a>', url, text)


def related(obj: Any, name: str) -> Any:
    """A relation's row, or None where it is gone."""
    try:
        return getattr(obj, name)
    except ObjectDoesNotExist:
        return None
