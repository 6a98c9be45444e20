"""FIELDS: what contacts and events of all three systems have in common: columns, and how they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from orchestrator.customers.imports.kinds import Field, Setting
from orchestrator.customers.people import Person
from orchestrator.domain.wording import Wrong
from orchestrator.moving import cells as read
from orchestrator.moving.contacts import Allowed, Found, Who, addresses
from orchestrator.moving.happened import ORDERS, Happened, What

CHANNELS = ("email", "sms", "push")
_PLACES = ("email", "phone", "mobile", "push_token", "language", "country", "time_zone", "tags", "since")
OF_PEOPLE = frozenset(
    {*_PLACES, "consent_source", "consent_text"}
    | {f"consent_{channel}" for channel in CHANNELS}
    | {f"consent_{channel}_at" for channel in CHANNELS}
)
_ATTRIBUTES = {
    "firstname": "first_name", "lastname": "last_name", "imię": "first_name", "imie": "first_name",
    "nazwisko": "last_name", "miasto": "city", "imię_i_nazwisko": "name", "imie_i_nazwisko": "name", "nazwa": "name",
    "firma": "company", "ulica": "street", "kod_pocztowy": "zip_code", "date_of_birth": "birthday",
    "data_urodzenia": "birthday",
}  # fmt: skip


def people_fields(**aliases: Sequence[str]) -> tuple[Field, ...]:
    """The columns of a person; a system's own words for the consents' and for since when they are known."""

    def words(name: str, *more: str) -> tuple[str, ...]:
        return (*aliases.get(name, ()), *more)

    consents = (
        field
        for channel, title, dated in _CONSENTS
        for field in (
            Field(f"consent_{channel}", title, words(channel)),
            Field(f"consent_{channel}_at", dated, words(f"{channel}_at")),
        )
    )
    return (
        Field("email", _("email address"), words("address", "email_address", "e_mail", "adres_e_mail", "adres_email")),
        Field("phone", _("phone number"), ("phone_number", "telefon", "numer_telefonu")),
        Field("mobile", _("mobile number, which goes before the other"), ("telefon_komórkowy", "komórka")),
        Field("push_token", _("device for push"), ()),
        Field("language", _("language"), ("locale", "preferred_locale", "język", "jezyk")),
        Field("country", _("country"), ("kraj",)),
        Field("time_zone", _("time zone"), ("timezone", "strefa_czasowa")),
        Field("tags", _("tags"), words("tags", "tagi", "contact_tags")),
        Field("since", _("known since"), words("since")),
        *consents,
        Field("consent_source", _("where the consent was given"), words("source")),
        Field("consent_text", _("the words that were agreed to"), ("treść_zgody",)),
    )  # fmt: skip


_CONSENTS = (
    ("email", _("consent to email"), _("when they said so of email")),
    ("sms", _("consent to text messages"), _("when they said so of text messages")),
    ("push", _("consent to push"), _("when they said so of push")),
)
HAPPENED = (
    Field("link", _("the link that was followed"), ("url", "click_url", "adres_url")),
    Field(
        "machine",
        _("whether a machine did it"),
        ("machine_open", "apple_privacy_open", "bot_click", "is_bot"),
    ),
    Field("purpose", _("marketing or transactional"), ("message_category", "send_type", "rodzaj")),
    Field(
        "order_id",
        _("the order's number"),
        ("order", "order_number", "numer_zamówienia", "external_event_id"),
    ),
    Field("amount", _("amount"), ("value", "$value", "order_value", "wartość", "kwota", "total")),
    Field("currency", _("currency"), ("$currency_code", "currency_code", "waluta")),
    Field("products", _("codes of the products"), ("product_ids", "produkty")),
)


@dataclass(frozen=True, slots=True)
class Read:
    """A person as the row tells of them, their addresses, and since when the old system knows them."""

    person: Person
    found: Found
    since: datetime | None


def person(
    cells: Mapping[str, str], setting: Setting, own: Collection[str], when: Sequence[str] = ("since",)
) -> Read:
    """Columns that mean nothing of their own are attributes, under our names where we have one."""
    country = read.country(cells.get("country", ""))
    short = country if len(country) == 2 else ""
    given = {
        "email": cells.get("email", ""),
        "sms": read.first(cells, ("mobile", "phone")),
        "push": cells.get("push_token", ""),
    }
    found = addresses(given, short)
    since = read.moment(read.first(cells, when), setting.zone, "the date since when they are known")
    attributes: dict[str, Any] = {
        _ATTRIBUTES.get(name, name): cell for name, cell in cells.items() if cell and name not in own
    }
    if tags := read.names(cells.get("tags", "")):
        attributes["tags"] = tags
    told = Person(
        None, cells.get("language", ""), country, cells.get("time_zone", ""), attributes, found.addresses,
        min(since, setting.now) if since else None,
    )  # fmt: skip
    return Read(told, found, since)


def allowed(cells: Mapping[str, str], channel: str, setting: Setting, source: str) -> Allowed | None:
    """What the columns of a channel's consent say; None where nobody was ever asked."""
    columns = (f"consent_{channel}", f"consent_{channel}_at", "consent_source")
    state = read.state_of(cells.get(columns[0], ""), columns[0])
    if state is None:
        return None
    at = read.said_at(cells.get(columns[1], ""), state, setting.zone, columns[1])
    told = {name: cells[name] for name in columns if cells.get(name)}
    where = cells.get("consent_source", "") or source
    return Allowed(channel, state, at, where, told, cells.get("consent_text", ""))


def happened(
    who: Who,
    what: What,
    at: datetime,
    cells: Mapping[str, str],
    channel: str,
    title: str,
    *,
    hard: bool = False,
    name: str = "",
) -> Happened:
    """One thing of a row. Without an id it is named by whose it is, what, when and of which message."""
    if not who.ids and not who.addresses:
        raise Wrong("the row names nobody; it needs an id or an address")
    name = (
        name or cells.get("event_id", "") or _named(who, at, channel, title or read.first(cells, _MESSAGES))
    )
    properties: dict[str, Any] = {"link": cells.get("link", "")}
    amount = None
    if what in ORDERS:
        name = _order_number(cells, name)
        amount = read.money(cells.get("amount", ""), "amount")
        if what is What.RETURNED and amount is not None:
            amount = abs(amount)
        items = [{"product_id": code} for code in read.names(cells.get("products", ""))]
        properties = {"order_id": name, "currency": cells.get("currency", ""), "items": items or None}
    purpose = "transactional" if read.plain(cells.get("purpose", "")).startswith("transa") else "marketing"
    machine = read.is_yes(cells.get("machine", ""), "machine")
    return Happened(who, what, at, name, channel, title, machine, hard, purpose, amount, properties)


_MESSAGES = ("message_id", "campaign_id", "transmission_id", "message")


def _order_number(cells: Mapping[str, str], name: str) -> str:
    return cells.get("order_id", "") or name


def _named(who: Who, at: datetime, channel: str, title: str) -> str:
    mark = dict(who.digests).get(channel) or (who.digests[0][1] if who.digests else who.ids[-1])
    return f"{mark}|{channel}|{at.isoformat()}|{title}"
