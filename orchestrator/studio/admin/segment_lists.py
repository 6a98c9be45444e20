"""Static lists: made, filled from a file, from a filter of the customers' list or by hand, and emptied again."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orchestrator.customers.models import Customer
from orchestrator.segments.lists import make_list
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio import listed, words
from orchestrator.studio.admin.segment_pages import SegmentPages
from orchestrator.studio.builder.used import uses
from orchestrator.studio.links import url_of
from orchestrator.studio.lists import BadList, read_ids
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.audit import Action

MOST = 50_000  # people that a filter puts on a list at once
_PAGES = ("GET", "HEAD", "OPTIONS", "POST")


class SegmentLists(SegmentPages):
    """The pages of an admin of segments on which people are put on lists."""

    def get_urls(self) -> list[Any]:
        """With the pages of lists, and the button on a customer's page."""
        both, view = require_http_methods(_PAGES), self.admin_site.admin_view
        pages = (
            ("list/", both(self.new_list_view), "list"),
            ("list/filtered/", both(self.filtered_view), "filtered"),
            ("list/one/", require_POST(self.one_view), "one"),
            ("<int:object_id>/people/", both(self.people_view), "people"),
        )
        return [
            *(path(at, view(one), name=f"segments_segment_{name}") for at, one, name in pages),
            *super().get_urls(),
        ]

    def new_list_view(self, request: HttpRequest) -> HttpResponse:
        """ "New list": its name and what it is for; then it is filled."""
        if not self.has_add_permission(request) or not _sees(request):
            raise PermissionDenied
        said = {name: request.POST.get(name, "").strip().replace("\0", "") for name in ("title", "aim")}
        problem = ""
        if request.method == "POST":
            if said["title"] and len(said["title"]) <= 200 and len(said["aim"]) <= 200:
                segment = self._made(request, **said)
                return redirect(reverse("admin:segments_segment_people", args=[segment.pk]))
            problem = _("Give the list a name; name and aim have at most 200 signs.")
        context = self.admin_site.each_context(request) | said
        context |= {"title_": said["title"], "title": _("New list"), "problem": problem}
        return TemplateResponse(request, "studio/list_new.html", context)

    def people_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Put people on a list or take them off: first whom it concerns, then the deed."""
        segment = self._list(request, object_id)
        empty = not Membership.objects.filter(segment=segment).exists()
        given = request.POST
        act = "remove" if given.get("act") == "remove" else "add"
        silent = "silently" in given if given else empty
        context: dict[str, Any] = {"act": act, "ids": given.get("ids", ""), "silently": silent}
        if request.method == "POST":
            try:
                ids = read_ids(given.get("ids", ""), request.FILES.get("file"), listed.COLUMNS)
            except BadList as error:
                context["problem"] = str(error)
            else:
                looked = listed.look_up(ids)
                if given.get("do") == "missing":
                    return listed.missing_file(segment, looked.missing)
                if given.get("do") == "it":
                    self._act(request, segment, looked.people, act, silent)
                    return redirect(url_of("segments_segment", segment.pk))
                concerned = listed.say_looked(segment, looked, act)
                context |= {
                    "ids": "\n".join(ids),
                    "concerned": concerned,
                    "missing": looked.missing[: listed.SHOWN],
                }
        context |= {"segment": segment, "starts": uses(segment.key)}
        context |= {
            **self.admin_site.each_context(request),
            "title": _("People of “%(list)s”") % {"list": segment},
        }
        return TemplateResponse(request, "studio/list_people.html", context)

    def filtered_view(self, request: HttpRequest) -> HttpResponse:
        """Put those whom the customers' list shows, by its search and filters, on a list."""
        if not self.has_change_permission(request) or not _sees(request):
            raise PermissionDenied
        people = self.admin_site.get_model_admin(Customer)
        asked = request.GET.copy()
        asked.pop(PAGE_VAR, None)
        request.GET = asked  # type: ignore[assignment]
        rows = people.get_changelist_instance(request).get_queryset(request)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        query = f"?{asked.urlencode()}" if asked else ""
        back = reverse("admin:customers_customer_changelist") + query
        if request.method == "POST" and len(ids) <= MOST:
            segment = self._list(request, request.POST.get("list", ""))
            self._act(request, segment, ids, "add", "silently" in request.POST)
            return redirect(url_of("segments_segment", segment.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Put people on a list"),
            "found": words.people(len(ids)) if len(ids) <= MOST else "",
            "most": grouped(MOST),
            "everybody": not asked,
            "lists": Segment.objects.filter(static=True).order_by("title", "key"),
            "query": query,
            "back": back,
        }
        return TemplateResponse(request, "studio/list_filtered.html", context)

    def one_view(self, request: HttpRequest) -> HttpResponse:
        """The buttons on a customer's page: onto a list, or off it."""
        segment = self._list(request, request.POST.get("list", ""))
        customer = get_object_or_404(Customer, pk=_number(request.POST.get("customer", "")))
        act = "remove" if request.POST.get("act") == "remove" else "add"
        self._act(request, segment, [customer.pk], act, silently=False)
        return redirect(url_of("customers_customer", customer.pk))

    def _list(self, request: HttpRequest, id_: Any) -> Segment:
        if not self.has_change_permission(request) or not _sees(request):
            raise PermissionDenied
        return get_object_or_404(Segment, pk=_number(id_), static=True)

    def _act(self, request: HttpRequest, segment: Segment, people: Any, act: str, silently: bool) -> None:
        """In one transaction, with a line in the log that says how many and names nobody."""
        with transaction.atomic():
            count, told = listed.act_on(segment, people, act, silently, timezone.now())
            details = {"people": count, "taken_out" if act == "remove" else "let_in": count}
            self.log_change(request, segment, told, Action.CHANGED, details)
        messages.success(request, told)

    def _made(self, request: HttpRequest, title: str, aim: str) -> Segment:
        key, user = key_of(title), request.user
        for number in range(1, 100):
            try:
                with transaction.atomic():
                    name = key if number == 1 else f"{key[:60]}_{number}"
                    id_ = make_list(name, title, timezone.now(), aim, user.pk)
                    segment = Segment.objects.get(pk=id_)
                    self.log_addition(request, segment, [{"added": {}}])
                    return segment
            except IntegrityError:
                continue
        raise PermissionDenied


def key_of(title: str) -> str:
    """A key as journeys write it: `goscie_targow`."""
    plain = unicodedata.normalize("NFKD", title.replace("ł", "l").replace("Ł", "L"))
    words_ = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode().lower()).strip("_")[:60]
    return words_ if words_[:1].isalpha() else f"list_{words_}".strip("_")


def _number(written: Any) -> int:
    text = str(written)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _sees(request: HttpRequest) -> bool:
    """Whoever says who is on a list sees people."""
    return request.user.has_perm("customers.view_customer")  # type: ignore[union-attr]
