"""Every page of the admin, read from the site itself: what is registered tomorrow is on the list tomorrow.

A name under `admin:` is filled by itself where its one argument is a row's; another needs a line in FILLED, or in
NO_PAGES with the reason. A name that has neither is `Unfilled`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import CharField, Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

STANDARD = ("changelist", "add", "change", "delete", "history")
PLAIN_TEMPLATES = (None, "studio/readonly.html")
NO_PAGES = {
    "segments_segment_one": "two buttons on a customer's page",
    "logout": "a button",
    "autocomplete": "JSON for a field",
    "jsi18n": "a script",
    "view_on_site": "leads to where a model lives on a site; none of ours says where",
    "oidc": "leads to an issuer; there is none here",
    "oidc_back": "where an issuer leads back to; there is none here",
    "let_in": "a link that the command line makes; this one would be refused",
    "messaging_mailboxmessage_letter": "an email by itself, for the frame on its page; it runs no scripts, axe's neither",
    "customers_import_now": "how far an import is, a piece of its page",
    "ingest_writekey_calls": "the calls of a page that watches, a piece of it",
    "search": "what the search box shows below itself, a piece of a page",
}


@dataclass(frozen=True, order=True)
class Page:
    """`name` without `admin:`, with what tells it from others of that name; `plain`: a list or form like all others."""

    name: str
    path: str
    plain: bool
    anonymous: bool = False


class Unfilled(LookupError):
    """A name of the admin whose address the list cannot write: give it a line in FILLED or NO_PAGES."""


def _labels() -> list[list[str]]:
    return [[label] for label in sorted({model._meta.app_label for model in admin.site._registry})]


def _versions() -> list[list[Any]]:
    """A journey with its first and its last version."""
    found = apps.get_model("journeys", "journeyversion")._default_manager.order_by("pk")
    first = found.first()
    last = found.filter(journey=first.journey_id).last() if first else None
    return [[first.journey_id, first.number, last.number]] if first and last else []


BUSIEST: Mapping[str, Mapping[str, Any]] = {"journeys.Journey": {"status": "live"}}  # rows with most to show
FILLED: Mapping[str, Callable[[], Iterable[Sequence[Any]]]] = {
    "app_list": _labels,
    "customers_customer_right": lambda: [
        [apps.get_model("customers", "customer")._default_manager.first().pk, "lift"]
    ],
    "customers_import_act": lambda: [
        [apps.get_model("customers", "import")._default_manager.first().pk, "cancel"]
    ],
    "duplicates_likelyduplicate_act": lambda: [
        [apps.get_model("duplicates", "likelyduplicate")._default_manager.first().pk, "apart"]
    ],
    "customers_privacyrequest_act": lambda: [
        [apps.get_model("customers", "privacyrequest")._default_manager.first().pk, "say"]
    ],
    "journeys_journey_back": lambda: [row[:2] for row in _versions()],
    "journeys_journey_versions": _versions,
    "segments_segment_people": lambda: [
        [one.pk] for one in apps.get_model("segments", "segment")._default_manager.filter(static=True)
    ],
}


def more() -> Iterator[tuple[str, str]]:
    """Pages of their own design that look otherwise with another row or question: (name, address)."""
    for model in admin.site._registry:
        if _is_plain(f"{_prefix(model)}_change"):
            continue
        for row in model._default_manager.order_by("pk")[1:3]:
            yield f"{_prefix(model)}_change {row.pk}", _address(f"{_prefix(model)}_change", row.pk)
    journey = apps.get_model("journeys", "journey")._default_manager.filter(status="live").first()
    customer = apps.get_model("customers", "customer")._default_manager.order_by("pk").first()
    if customer and journey:
        address = _address("customers_customer_change", customer.pk)
        yield "journeys_journey_publish published", _address("journeys_journey_publish", journey.pk)
        yield "journeys_journey_migrate published", _address("journeys_journey_migrate", journey.pk)
        yield "customers_customer_change why", f"{address}?why={journey.key}"
        yield "customers_customer_change events", f"{address}?kind=events"
    yield (
        "segments_segment_matrix two",
        _address("segments_segment_matrix") + "?segment=golden&segment=guests",
    )
    yield "segments_segment_overlap two", _address("segments_segment_overlap") + "?first=golden&second=guests"
    yield "journeys_journey_add text", _address("journeys_journey_add") + "?text=1"
    if customer:
        yield (
            "customers_customer_changelist nobody",
            _address("customers_customer_changelist") + "?q=nobody-at-all",
        )


def asked() -> Iterator[Page]:
    """Lists with a search that finds nobody, and with each of their filters at a value that rows have and at none's."""
    for model, shown_by in admin.site._registry.items():
        name = f"{_prefix(model)}_changelist"
        if shown_by.search_fields:
            yield Page(f"{name} ?q", f"{_address(name)}?q=nobody-at-all", True)
        for field in shown_by.list_filter:
            yield from _filtered(model, name, str(field))


def _filtered(model: type[Model], name: str, field: str) -> Iterator[Page]:
    values = [model._default_manager.order_by("pk").values_list(field, flat=True).first()]
    if isinstance(model._meta.get_field(field), CharField):
        values.append("zz")
    for value in values:
        said = int(value) if isinstance(value, bool) else value
        yield Page(f"{name} {field}={said}", f"{_address(name)}?{urlencode({f'{field}__exact': said})}", True)


def every_page() -> list[Page]:
    """All of them, by name."""
    user = User.objects.filter(is_superuser=True).order_by("pk").first()
    assert user is not None, "somebody who may see everything is needed"
    standard = {name for model in admin.site._registry for name in _standard(model, user)}
    taken = {f"{_prefix(model)}_{what}" for model in admin.site._registry for what in STANDARD}
    pages = [Page(name, path, _is_plain(name)) for name, path in standard]
    pages += [page for name in sorted(_names() - taken - set(NO_PAGES)) for page in _own(name)]
    pages += [Page(name, path, False) for name, path in more()]
    return sorted({page.path: page for page in pages}.values())


def shown(pages: Iterable[Page], client: Client) -> Iterator[Page]:
    """Those that answer with a page of HTML: the others are buttons, redirections and data of pages."""
    for page in pages:
        answer = (Client() if page.anonymous else client).get(page.path)
        if answer.status_code in (302, 405):
            continue
        if answer.status_code != 200:
            raise AssertionError(f"{page.name} at {page.path} answers {answer.status_code}")
        if answer["Content-Type"].startswith("text/html"):
            yield page


def _names() -> set[str]:
    return {name for name, _pattern in _patterns()}


def _patterns() -> Iterator[tuple[str, URLPattern]]:
    for one in get_resolver().url_patterns:
        if isinstance(one, URLResolver) and one.namespace == "admin":
            yield from _below(one)


def _below(resolver: URLResolver) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _below(one)
        elif one.name is not None:
            yield one.name, one


def _standard(model: type[Model], user: User) -> Iterator[tuple[str, str]]:
    """The pages that every model has, but for those that refuse whoever asks."""
    shown_by, request = admin.site._registry[model], RequestFactory().get("/")
    request.user = user
    prefix, row = _prefix(model), model._default_manager.order_by("pk").first()
    yield f"{prefix}_changelist", _address(f"{prefix}_changelist")
    if shown_by.has_add_permission(request):
        yield f"{prefix}_add", _address(f"{prefix}_add")
    if row is None:
        return
    yield f"{prefix}_change", _address(f"{prefix}_change", row.pk)
    yield f"{prefix}_history", _address(f"{prefix}_history", row.pk)
    if shown_by.has_delete_permission(request, row):
        yield f"{prefix}_delete", _address(f"{prefix}_delete", row.pk)


def _is_plain(name: str) -> bool:
    owners = {_prefix(model): shown_by for model, shown_by in admin.site._registry.items()}
    prefix, _, what = name.rpartition("_")
    return not (what == "change" and owners[prefix].change_form_template not in PLAIN_TEMPLATES)


def _own(name: str) -> Iterator[Page]:
    if name in FILLED:
        for given in FILLED[name]():
            yield Page(f"{name} {' '.join(map(str, given))}", _address(name, *given), name == "app_list")
        return
    arguments = [key for found, pattern in _patterns() if found == name for key in pattern.pattern.converters]
    if not arguments:
        yield Page(name, _address(name), False, name == "login")
        return
    row = _row_of(name)
    if len(arguments) != 1 or row is None:
        raise Unfilled(f"admin:{name} takes {arguments}: write what with into tests/studio/every_page.py")
    yield Page(name, _address(name, row.pk), False)


def _row_of(name: str) -> Model | None:
    owners = [model for model in admin.site._registry if name.startswith(f"{_prefix(model)}_")]
    if not owners:
        return None
    model = max(owners, key=lambda one: len(_prefix(one)))
    rows = model._default_manager.order_by("pk")
    return rows.filter(**BUSIEST.get(model._meta.label, {})).first() or rows.first()


def _prefix(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def _address(name: str, *given: Any) -> str:
    return reverse(f"admin:{name}", args=given)
