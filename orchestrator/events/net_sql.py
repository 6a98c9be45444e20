"""NET IN SQL: the same as `domain/orders.py`, for rules. Each is an expression over a row of events.

Whether anything has changed somebody's orders is told by a small partial index (`Changed`). Ask that first: the rest
reads JSON, for each of their orders. Names of events stand in the text, since no planner finds a partial index by a
parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, DateTimeField, F, Func, Sum, TextField, Value
from django.db.models.functions import Greatest, Least

from orchestrator.domain.orders import LONGEST_ID
from orchestrator.store.fields import MoneyField
from orchestrator.store.prepared import Given

# As the partial index writes it, in this order.
_CHANGE = "{0}.name IN ('order.cancelled', 'order.returned')"
_ID = {
    "postgresql": f"""(CASE jsonb_typeof({{0}}->'order_id')
        WHEN 'string' THEN NULLIF(left({{0}}->>'order_id', {LONGEST_ID}), '')
        WHEN 'number' THEN CASE WHEN {{0}}->>'order_id' ~ '^-?[0-9]+$' THEN {{0}}->>'order_id' END END)""",
    "sqlite": f"""(CASE json_type({{0}}, '$.order_id')
        WHEN 'text' THEN NULLIF(substr(json_extract({{0}}, '$.order_id'), 1, {LONGEST_ID}), '')
        WHEN 'integer' THEN CAST(json_extract({{0}}, '$.order_id') AS TEXT) END)""",
}
_CHANGED = f"""EXISTS (SELECT 1 FROM events_event nc
    WHERE nc.customer_id = {{customer}} AND {_CHANGE.format("nc")} AND nc.occurred_at <= {{now}})"""
_CANCELLED = f"""EXISTS (SELECT 1 FROM events_event nc
    WHERE nc.customer_id = {{customer}} AND {_CHANGE.format("nc")} AND nc.occurred_at <= {{now}}
    AND (nc.name = 'order.cancelled' OR nc.amount IS NULL) AND {{id_nc}} = {{id}})"""
_BACK = f"""COALESCE((SELECT SUM(abs(nc.amount)) FROM events_event nc
    WHERE nc.customer_id = {{customer}} AND {_CHANGE.format("nc")} AND nc.occurred_at <= {{now}}
    AND nc.name = 'order.returned' AND {{id_nc}} = {{id}}), 0)"""
# What was given back goes by the orders of one id in turn: so much of it went to those before this one.
_BEFORE = """COALESCE((SELECT SUM({most}(np.amount, 0)) FROM events_event np
    WHERE np.customer_id = {customer} AND np.name = 'order.placed' AND np.occurred_at <= {now}
    AND (np.occurred_at < {at} OR (np.occurred_at = {at} AND np.id < {pk})) AND {id_np} = {id}), 0)"""
_OFF = f"{{least}}({{most}}({{amount}}, 0), {{most}}(0, {_BACK} - {_BEFORE}))"
_STANDS = f"(NOT {_CANCELLED} AND (COALESCE({{amount}}, 0) <= 0 OR {_OFF} < {{amount}}))"
_WORTH = f"({{amount}} - {_OFF})"
_LOOSE = f"""COALESCE((SELECT SUM(abs(nc.amount)) FROM events_event nc
    WHERE nc.customer_id = {{customer}} AND {_CHANGE.format("nc")} AND nc.occurred_at <= {{now}}{{since}}
    AND nc.name = 'order.returned' AND ({{id_nc}} IS NULL OR NOT EXISTS (SELECT 1 FROM events_event np
        WHERE np.customer_id = nc.customer_id AND np.name = 'order.placed' AND np.occurred_at <= {{now}}
        AND {{id_np}} = {{id_nc}}))), 0)"""

Moment = datetime | Given


class IsChange(Func):
    """Whether the event cancels an order or gives money back."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, **extra: Any) -> None:
        super().__init__(F("name"), **extra)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """The index's own words."""
        name, params = compiler.compile(self.source_expressions[0])
        return f"{name} IN ('order.cancelled', 'order.returned')", (*params,)


class OrderId(Func):
    """The order that an event is about, read from its properties; NULL where it names none."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """As `order_id_of` reads it."""
        properties, _none = compiler.compile(self.source_expressions[0])
        return _ID[connection.vendor].format(properties), ()


class _Net(Func):
    """An SQL text over an order's columns and the moment as of which it is asked."""

    text = ""
    columns = ("customer", "properties", "at", "pk", "amount")

    def __init__(self, now: Moment, **extra: Any) -> None:
        columns = (F("customer_id"), F("properties"), F("occurred_at"), F("pk"), F("amount"))
        super().__init__(*columns, _moment(now), **extra)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """The text with the row's columns in it."""
        *found, now = [compiler.compile(one) for one in self.source_expressions]
        said = dict(zip(self.columns, (sql for sql, _ in found), strict=True))
        return _written(self.text, connection.vendor, said, [now])


class Stands(_Net):
    """Whether an order counts: it was not cancelled, and not all of it was given back."""

    text = _STANDS
    output_field = BooleanField()
    conditional = True


class Worth(_Net):
    """What is left of an order that counts; NULL where it never said an amount."""

    text = _WORTH
    output_field = MoneyField()


class Changed(Func):
    """Whether a customer, named in this column, has cancelled anything or given anything back."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, customer: str, now: Moment, **extra: Any) -> None:
        super().__init__(F(customer), _moment(now), **extra)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """One look into the index."""
        customer, now = [compiler.compile(one) for one in self.source_expressions]
        return _written(_CHANGED, connection.vendor, {"customer": customer[0]}, [now])


class Loose(Func):
    """What a customer got back for orders that nobody knows, at or after each moment of `since`."""

    output_field = MoneyField()

    def __init__(self, now: Moment, *since: Any, **extra: Any) -> None:
        super().__init__(F("customer_id"), _moment(now), *map(_moment, since), **extra)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """Of the customer by whom the rows are grouped."""
        customer, *moments = [compiler.compile(one) for one in self.source_expressions]
        begins = (f" AND nc.occurred_at >= {_SIGNS[place]}" for place in range(1, len(moments)))
        text = _LOOSE.replace("{since}", "".join(begins))
        return _written(text, connection.vendor, {"customer": customer[0]}, moments)

    def get_group_by_cols(self) -> list[Any]:
        """It hangs on the customer alone, by whom rows are grouped."""
        return []


def left(now: Moment, *since: Any) -> Greatest:
    """What is left of all of somebody's orders together, of rows that stand. What was given back for none that is known lowers
    it, and never below zero; NULL where no order ever said an amount. `since`: as `Loose` has it."""
    worth, nothing = Sum(Worth(now)), Value(0, MoneyField())
    return Greatest(worth - Loose(now, *since), Least(worth, nothing), output_field=MoneyField())


_SIGNS = "\x01\x02\x03"  # stand in a text for its moments until their parameters are counted


def _moment(value: Any) -> Any:
    return Value(value, output_field=DateTimeField()) if isinstance(value, datetime) else value


def _written(
    text: str, vendor: str, columns: dict[str, str], moments: Sequence[tuple[str, Sequence[Any]]]
) -> tuple[str, tuple[Any, ...]]:
    """The text for this engine. `moments`: as of when, and beginnings; their parameters follow their places."""
    identify = _ID[vendor].format
    least, most = ("LEAST", "GREATEST") if vendor == "postgresql" else ("min", "max")
    ids = {"id_nc": identify("nc.properties"), "id_np": identify("np.properties")}
    ids["id"] = identify(columns["properties"]) if "properties" in columns else ""
    sql = text.format(**columns, **ids, now=_SIGNS[0], least=least, most=most)
    by_sign = dict(zip(_SIGNS, moments, strict=False))
    params = [param for sign in sql if sign in by_sign for param in by_sign[sign][1]]
    for sign, (moment, _) in by_sign.items():
        sql = sql.replace(sign, moment)
    return sql, tuple(params)
