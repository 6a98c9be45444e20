"""Filters beside long lists: what stands to choose is what the newest rows say, for the table is never read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin import AllValuesFieldListFilter
from django.db.models import CharField, Field, Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from orchestrator.studio import person, words
from orchestrator.studio.numbers import MOST, grouped

_WORDS: dict[str, Callable[[str], object]] = {
    "channel": words.channel,
    "purpose": words.purpose,
    "language": person.language,
    "subject": lambda code: _named(code),
}


class Newest(AllValuesFieldListFilter):
    """The values of the newest ten thousand rows, in words, and the one that is chosen; its title says so."""

    def __init__(
        self, field: Field[Any, Any], request: HttpRequest, params: dict[str, Any], model: type[Model],
        model_admin: Any, field_path: str,
    ) -> None:  # fmt: skip
        super().__init__(field, request, params, model, model_admin, field_path)
        newest = model._default_manager.order_by("-pk")
        looked_at = model._default_manager.filter(pk__in=newest.values("pk")[:MOST])
        found = set(looked_at.order_by().values_list(field.name, flat=True).distinct())
        if self.lookup_val:
            found.add(self.lookup_val[-1])
        self.lookup_choices = sorted(found - {None})  # type: ignore[assignment]
        if newest.values("pk")[MOST : MOST + 1].exists():
            self.title = _("%(field)s, in the newest %(count)s rows") % {
                "field": self.title,
                "count": grouped(MOST),
            }

    def choices(self, changelist: Any) -> Iterator[Any]:
        """As Django's, with words for codes."""
        said = _WORDS.get(self.field_path, str)
        for number, choice in enumerate(super().choices(changelist)):
            code = choice["display"]
            yield choice if number == 0 or not code else {**choice, "display": str(said(str(code)))}


def narrowed(names: Any, model: type[Model]) -> list[Any]:
    """`list_filter` of a long list: texts without choices of their own by `Newest`, the rest as they are."""
    return [(name, Newest) if isinstance(name, str) and _is_open(model, name) else name for name in names]


def _is_open(model: type[Model], name: str) -> bool:
    field = model._meta.get_field(name)
    return isinstance(field, CharField) and not field.choices


def _named(label: str) -> object:
    """A model by its name in words."""
    try:
        return apps.get_model(label)._meta.verbose_name
    except (LookupError, ValueError):
        return label
