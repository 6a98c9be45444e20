"""Role × URL × method: every URL that the installation answers, who may read it and who may act there.

`matrix.txt` is the table: one row a URL, one column for each who; `r` reads (GET, and HEAD and OPTIONS where they are
served), `w` acts (POST), `.` is refused or not served. A new URL needs a row there, and arguments in FILL where its
only argument is not a row of the model it is named by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, clear_url_caches, get_resolver, reverse

from orchestrator.studio import refusing
from orchestrator.workspace.roles import ROLES
from tests.studio.every_page import FILLED, Unfilled, _row_of

WHO = (*ROLES, "staff", "anyone")
READ, OTHER = ("GET", "HEAD", "OPTIONS"), ("PUT", "PATCH", "DELETE")
METHODS = (*READ, "POST", *OTHER)
TABLE = Path(__file__).with_name("matrix.txt")
# Patterns without a name of their own, and why they are not walked.
UNNAMED = {
    "": "leads from the bare address to the first page",
    "<path:object_id>/": "Django's old address of a row, which leads to the new one",
    "(?P<url>.*)$": "whatever else begins with admin/: the login, or 404",
}


def _first(model: str) -> Any:
    return apps.get_model(model)._default_manager.order_by("pk").first()


def _kind(model: str) -> int:
    return int(ContentType.objects.get_for_model(apps.get_model(model)).pk)


# Arguments of URLs whose own are not the number of a row of the model they are named by.
FILL: Mapping[str, Callable[[], Sequence[Any]]] = {
    "admin:app_list": lambda: ["journeys"],
    "admin:view_on_site": lambda: [_kind("customers.customer"), _first("customers.customer").pk],
    "admin:let_in": lambda: ["MQ", "no-such-token"],
    "admin:customers_import_act": lambda: [_first("customers.import").pk, "cancel"],
    "admin:customers_privacyrequest_act": lambda: [_first("customers.privacyrequest").pk, "say"],
    "admin:customers_customer_right": lambda: [_first("customers.customer").pk, "restrict"],
    "admin:segments_segment_bring": lambda: ["rfm_champions"],
    "webhook": lambda: [_first("webhooks.webhookendpoint").pk],
    "webhook_rotate": lambda: [_first("webhooks.webhookendpoint").pk],
    "webhook_test": lambda: [_first("webhooks.webhookendpoint").pk],
    "webhook_resend": lambda: [_first("webhooks.webhookendpoint").pk],
    "webhook_deliveries": lambda: [_first("webhooks.webhookendpoint").pk],
    "click": lambda: ["no-such-token"],
    "open": lambda: ["no-such-token"],
    "confirm": lambda: ["no-such-token"],
    "form": lambda: ["no-such-form"],
    "enrollments": lambda: ["onboarding"],
    **{
        f"customer{name}": lambda: [_first("customers.customer").external_id]
        for name in ("", "_addresses", "_consents", "_ledger", "_events")
    },
    "product": lambda: [_first("catalog.product").key],
    "segment": lambda: [_first("segments.segment").key],
    "segment_members": lambda: [_first("segments.segment").key],
    "segment_member": lambda: [_first("segments.segment").key, _first("customers.customer").external_id],
    **{f"journey{name}": lambda: ["onboarding"] for name in ("", "_versions", "_pause", "_resume")},
    "journey_version": lambda: ["onboarding", 1],
    "passage": lambda: [_first("journeys.enrollment").pk],
    "message": lambda: [_first("messaging.message").pk],
    "api_nowhere": lambda: ["nowhere"],
    "customer_timeline": lambda: [_first("customers.customer").external_id],
    "customer_why": lambda: [_first("customers.customer").external_id],
    "customer_next": lambda: [_first("customers.customer").external_id],
    "unsubscribe": lambda: ["no-such-token"],
    "preferences": lambda: ["no-such-token"],
    "hook": lambda: ["acme_sms"],
    "ingest": lambda: ["track"],
    "come_in": lambda: ["no-such-key"],
}


def urls() -> Iterator[tuple[str, str]]:
    """Each named URL with an address of it, by the resolver itself."""
    found = dict(_walk(get_resolver(), ""))
    for name, pattern in sorted(found.items()):
        yield name, reverse(name, args=_arguments(name, pattern))


def forget() -> None:
    """Read the URLs anew: the resolver keeps them."""
    clear_url_caches()


def _walk(resolver: URLResolver, space: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one, f"{one.namespace}:" if one.namespace else space)
        elif one.name is not None:
            yield f"{space}{one.name}", one
        elif str(one.pattern) not in UNNAMED:
            raise Unfilled(f"the URL “{one.pattern}” has no name: give it one, or say why not in UNNAMED")


def _arguments(name: str, pattern: URLPattern) -> Sequence[Any]:
    short = name.removeprefix("admin:")
    if name in FILL:
        return FILL[name]()
    if short in FILLED:
        return next(iter(FILLED[short]()))
    wanted = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
    if not wanted:
        return []
    row = _row_of(short) if name != short else None
    if len(wanted) != 1 or row is None:
        raise Unfilled(f"{name} takes {wanted}: write what with into FILL of tests/studio/matrix.py")
    return [row.pk]


class Caller:
    """Somebody who tries every method of every URL; whatever they change is taken back at once."""

    def __init__(self, who: str, user: Any) -> None:
        self.who, self.user, self.calls = who, user, 0
        self._client = Client(raise_request_exception=False)

    def ask(self, method: str, address: str) -> tuple[str, list[str]]:
        """What came of it: "yes", "no", "405" or "500"; and the statements that wrote."""
        self.calls += 1
        self._client.cookies.clear()
        wrote: list[str] = []
        point = transaction.savepoint()
        # Signing in and what stands around a page are Django's and the same for all: seventeen thousand times are dear.
        signed = patch("django.contrib.auth.middleware.get_user", lambda request: self.user)
        around = patch.object(admin.site, "each_context", lambda request: {})
        drawn = patch.object(SimpleTemplateResponse, "render", _unrendered)
        named = patch.object(refusing, "_givers", lambda: "")
        with _watched(wrote), signed, around, drawn, named:
            answer = self._client.generic(method, address, content_type="application/x-www-form-urlencoded")
        transaction.savepoint_rollback(point)
        return _outcome(answer), wrote

    def walk(self, among: Collection[str] | None = None) -> Iterator[tuple[str, str, list[str]]]:
        """Each URL, or those, with the cell that this caller would have in its row, and what is wrong there."""
        for name, address in urls():
            if among is not None and name not in among:
                continue
            said = {method: self.ask(method, address) for method in METHODS}
            reads, acts = said["GET"][0] == "yes", said["POST"][0] == "yes"
            acts |= any(said[method][0] == "yes" and said[method][1] for method in OTHER)
            cell = ("r" * reads + "w" * acts) or "."
            yield name, cell, list(_wrongs(name, said, reads, acts))


@contextmanager
def _watched(wrote: list[str]) -> Iterator[None]:
    """Note each statement that writes; what lists remember of their filters, and counts of calls, are nobody's data."""

    def note(sql: str) -> None:
        writes = sql.lstrip("( ").startswith(("INSERT", "UPDATE", "DELETE"))
        if writes and "django_session" not in sql and "accounts_attempts" not in sql:
            wrote.append(sql)

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        note(sql)
        return execute(sql, params, many, context)

    if connection.vendor != "sqlite":
        with connection.execute_wrapper(look):
            yield
        return
    connection.ensure_connection()
    connection.connection.set_trace_callback(note)  # of what goes past Django's cursors too
    try:
        yield
    finally:
        connection.connection.set_trace_callback(None)


def _wrongs(name: str, said: Mapping[str, tuple[str, list[str]]], reads: bool, acts: bool) -> Iterator[str]:
    for method, (outcome, wrote) in said.items():
        if outcome == "500":
            yield f"{method} {name} answers 500"
        if wrote and (outcome != "yes" or not (acts if method in ("POST", *OTHER) else reads)):
            yield f"{method} {name} is refused and yet wrote: {wrote[0][:80]}"
        if wrote and method in READ:
            yield f"{method} {name} only reads and yet wrote: {wrote[0][:80]}"
        if method == "HEAD" and outcome == "yes" and not reads:
            yield f"{method} {name} answers whom GET refuses"
        if method in OTHER and outcome == "yes" and not (reads or acts):
            yield f"{method} {name} answers whom GET and POST refuse"


def _outcome(answer: Any) -> str:
    if answer.status_code in (401, 403):
        return "no"
    if answer.status_code in (301, 302) and answer["Location"].startswith(reverse("admin:login")):
        return "no"
    return {405: "405", 500: "500"}.get(answer.status_code, "yes")


def _unrendered(response: SimpleTemplateResponse) -> SimpleTemplateResponse:
    """In place of `render`: the pages themselves are looked at in test_every_page; here it is who gets them."""
    response.content = b""
    return response


def table() -> dict[str, dict[str, str]]:
    """The rows by name: the cell of each who."""
    lines = [
        line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    head, *rows = lines
    assert tuple(head[1:]) == WHO, f"the columns of {TABLE.name} are {head[1:]}, and there are {WHO}"
    return {name: dict(zip(WHO, cells, strict=True)) for name, *cells in rows}


def row(name: str, cells: Mapping[str, str]) -> str:
    """A row as it stands in the table."""
    return " ".join([f"{name:58}", *(f"{cells[who]:{len(who)}}" for who in WHO)]).rstrip()
