"""SHAPES: what all bodies and answers of the API are made of, as the schema tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from orchestrator.api.problems import Fault, Refused, faults

MOST = 1000  # of one batch
_YEARS = (1900, 2200)


class Shape(serializers.Serializer):  # type: ignore[type-arg]
    """A body: a name in it that is none of ours is refused, so that a slip of the pen is not silently nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                words = f"There is no such field. There are: {', '.join(self.fields)}."
                raise serializers.ValidationError(
                    {str(name)[:60]: [ErrorDetail(words, "unknown_field")] for name in unknown[:10]}
                )
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field):  # type: ignore[type-arg]
    """An instant, ISO 8601 with its offset from UTC: a time without one could be anybody's."""

    def to_internal_value(self, data: Any) -> datetime:
        """The instant in UTC."""
        try:
            moment = parse_datetime(data) if isinstance(data, str) and len(data) < 64 else None
            if moment is not None and moment.tzinfo is not None and _YEARS[0] <= moment.year < _YEARS[1]:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise serializers.ValidationError(
            "It must be an instant with its offset, like 2026-03-14T10:00:00+01:00.", "bad_moment"
        )

    def to_representation(self, value: Any) -> Any:
        """As it is: the renderer writes it."""
        return value


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.DictField):
    """An object of any values."""


class ProblemFault(serializers.Serializer):  # type: ignore[type-arg]
    """One thing that is wrong, by a JSON pointer into the body or a parameter's name."""

    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer):  # type: ignore[type-arg]
    """Why a call was not done (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ProblemFault(many=True, required=False)


class Named(serializers.Serializer):  # type: ignore[type-arg]
    """A customer as rows name them."""

    id = serializers.IntegerField()
    external_id = serializers.CharField(allow_null=True)


class Fates(serializers.Serializer):  # type: ignore[type-arg]
    """Each item's fate, in the order given."""

    stored = serializers.IntegerField()
    refused = serializers.IntegerField()


def page_of(shape: type[serializers.Serializer[Any]]) -> Any:
    """A page of these."""
    name = f"{shape.__name__}Page"
    fields = {"items": shape(many=True), "next": serializers.CharField(allow_null=True)}
    return inline_serializer(name, fields=fields)


def batch(data: Any, name: str) -> list[Any]:
    """The items of a batch: `{name: [1 to 1000 of them]}`; Refused otherwise."""
    items = data.get(name) if isinstance(data, Mapping) and set(data) == {name} else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST:
        words = f"It must be a list of 1 to {MOST}, and the only name in the body."
        fault = {"pointer": f"/{name}", "code": "bad_batch", "detail": words}
        raise Refused("invalid", f"/{name}: {words}", 400, [fault])
    return items


def read_items(
    shape: type[serializers.Serializer[Any]], items: list[Any], name: str
) -> Iterator[tuple[int, dict[str, Any] | None, list[Fault]]]:
    """Each item's number with its checked values, or with what is wrong in it."""
    for number, item in enumerate(items):
        form = shape(data=item)
        if form.is_valid():
            yield number, dict(form.validated_data), []
        else:
            yield number, None, list(faults(form.errors, f"/{name}/{number}"))


def read_body(shape: type[serializers.Serializer[Any]], data: Any, **also: Any) -> dict[str, Any]:
    """A body's checked values; DRF's ValidationError otherwise."""
    form = shape(data=data, **also)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
