"""Who people are, and what has happened between them and us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.customers.models import Address, Customer
from orchestrator.studio import listed, merging, objecting, people, person, privacy, rights, words
from orchestrator.studio.admin.base import BigHistory, BigPage, channel_mark, customer_link
from orchestrator.studio.card import read_card
from orchestrator.studio.coming import read_next
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.orders import read_orders
from orchestrator.studio.scores import read_scores
from orchestrator.studio.searching import FOUND, find_people
from orchestrator.studio.timeline import column
from orchestrator.studio.whys import read_whys
from orchestrator.workspace.audit import Action


@admin.register(Customer)
class CustomerAdmin(BigPage):
    """Customers come by import and by the API; here they are looked at."""

    list_display = ("name", "external_id", "reached_by", "speaks", "zone", "created_at")
    list_filter = ("language", "country")
    search_fields = ("external_id",)
    search_help_text = _("First or last name, the beginning of an external id, or of an address")
    ordering = ("-created_at",)
    together = ("addresses",)
    page_template = "studio/customer.html"
    list_before_template = "studio/customers_above.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the way to put whoever is shown on a list."""
        may_list = request.user.has_perm("segments.change_segment")  # type: ignore[union-attr]
        return super().changelist_view(request, {"may_list": may_list} | (extra_context or {}))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Everyone for whom each word is a name, or begins an id or an address."""
        if not search_term.strip():
            return queryset, False
        found = find_people(search_term)
        if len(found) > FOUND:
            most = {"count": grouped(FOUND)}
            messages.info(
                request, gettext("More than %(count)s people match. Write more of the name.") % most
            )
        return queryset.filter(pk__in=found[:FOUND]), False

    @display(description=_("name"))
    def name(self, obj: Customer) -> str:
        return str(obj)

    @display(description=_("reached by"))
    def reached_by(self, obj: Customer) -> str:
        usable = {address.channel for address in obj.addresses.all() if address.invalid_at is None}
        return ", ".join(words.channel(code) for code in sorted(usable)) or str(_("nothing"))

    @display(description=_("language"))
    def speaks(self, obj: Customer) -> str:
        return person.language(obj.language) if obj.language else "–"

    @display(description=_("time zone"))
    def zone(self, obj: Customer) -> str:
        return obj.time_zone or obj.last_seen_zone or "–"

    def page(self, request: HttpRequest, obj: Customer) -> Mapping[str, Any]:
        """Who, what happened (`?kind=events&before=…`), what comes next, and why or why not (`?why=onboarding`)."""
        now = timezone.now()
        whys = read_whys(obj, request.GET.get("why", ""), now)
        may_merge = merging.possible(request.user, obj)
        who, coming = person.describe(obj), read_next(obj, now)
        return {
            "who": who,
            "card": read_card(obj, who, coming, now),
            "timeline": column(obj, request.GET.get("kind", ""), request.GET.get("before", "")),
            "next": coming,
            "whys": whys,
            "scores": read_scores(obj.pk),
            "orders": read_orders(obj, now),
            "may_merge": may_merge,
            "rights": rights.read(request.user, obj),
            "asks": privacy.of_customer(obj, request.user, now),
            "may_object": objecting.possible(request.user, obj),
            "may_let_in": people.may(request.user, "add"),
            "may_take_out": people.may(request.user, "remove"),
            "lists": listed.of_customer(obj, request.user),
        }

    def get_urls(self) -> list[Any]:
        """With the buttons "Merge" and "Record the objection", and those of the rights of whoever it is about."""
        acts = (
            ("merge", "", self.merge_view),
            ("object", "", self.object_view),
            ("right", "<slug:act>/", self.right_view),
        )
        return [
            *(
                path(
                    f"<int:object_id>/{name}/{more}",
                    self.admin_site.admin_view(require_POST(view)),
                    name=f"customers_customer_{name}",
                )
                for name, more, view in acts
            ),
            *super().get_urls(),
        ]

    def right_view(self, request: HttpRequest, object_id: int, act: str) -> HttpResponseBase:
        """A button under "Their rights": a file of all that is known, or an act that the log keeps without a name."""
        customer = get_object_or_404(Customer, pk=object_id)
        if act not in rights.read(request.user, customer).may:
            raise PermissionDenied
        if act == rights.EXPORT:
            words = gettext("Given all that is known of them")
            self.log_change(request, customer, words, Action.EXPORTED)
            return rights.download(customer, timezone.now())
        done, told = rights.press(customer, act, timezone.now(), request.user)
        if done:
            named = Customer.objects.get(pk=customer.pk)  # of the erased, a number
            self.log_only(request, named, told)
        messages.add_message(request, messages.SUCCESS if done else messages.ERROR, told)
        return redirect(url_of("customers_customer", customer.pk))

    def object_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Record the objection": what they told somebody of us by telephone, by letter or in a shop."""
        customer = get_object_or_404(Customer, pk=object_id)
        if not objecting.possible(request.user, customer):
            raise PermissionDenied
        with transaction.atomic():
            told = objecting.press(customer, request.user, timezone.now())
            self.log_change(request, customer, told, Action.OBJECTED)
        messages.success(request, told)
        return redirect(url_of("customers_customer", customer.pk))

    def merge_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Merge": the customer with the id that was written becomes this one."""
        customer = get_object_or_404(Customer, pk=object_id)
        if not merging.allowed(request.user):
            raise PermissionDenied
        given = request.POST.get("external_id", "")
        done, told = merging.press(customer, given, timezone.now(), request.user)
        if done:
            self.log_only(request, customer, told)
        messages.add_message(request, messages.SUCCESS if done else messages.ERROR, told)
        return redirect(url_of("customers_customer", customer.pk))


@admin.register(Address)
class AddressAdmin(BigHistory):
    """Addresses come with their customers."""

    list_display = ("value", "channel_shown", "customer_shown", "usable")
    list_filter = ("channel",)
    search_fields = ("value__startswith",)
    together = ("customer",)
    fields = (
        "customer_shown",
        "channel_shown",
        "value",
        "verified_at",
        "invalid_at",
        "invalid_reason",
        "created_at",
    )
    readonly_fields = ("customer_shown", "channel_shown")

    @display(description=_("channel"))
    def channel_shown(self, obj: Address) -> str:
        return channel_mark(obj.channel)

    @display(description=_("customer"))
    def customer_shown(self, obj: Address) -> str:
        return customer_link(obj)

    @display(description=_("usable"), boolean=True)
    def usable(self, obj: Address) -> bool:
        return obj.invalid_at is None
