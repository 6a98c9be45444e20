"""Who people are, and what has happened between them and us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.customers.models import Address, Customer
from orchestrator.studio import merging, people, person, words
from orchestrator.studio.admin.base import BigHistory, BigPage, channel_mark, customer_link
from orchestrator.studio.coming import read_next
from orchestrator.studio.links import url_of
from orchestrator.studio.timeline import column
from orchestrator.studio.whys import read_whys


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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Everyone for whom each word is a name, or begins an id or an address."""
        for word in search_term.split():
            at_address = Address.objects.filter(customer=OuterRef("pk"), value__istartswith=word)
            queryset = queryset.filter(
                Q(external_id__startswith=word)
                | Q(attributes__first_name__istartswith=word)
                | Q(attributes__last_name__istartswith=word)
                | Exists(at_address)
            )
        return queryset, False

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
        return {
            "who": person.describe(obj),
            "timeline": column(obj, request.GET.get("kind", ""), request.GET.get("before", "")),
            "next": read_next(obj, now),
            "whys": whys,
            "may_merge": may_merge,
            "may_let_in": people.may(request.user, "add"),
            "may_take_out": people.may(request.user, "remove"),
        }

    def get_urls(self) -> list[Any]:
        """With the button "Merge"."""
        view = self.admin_site.admin_view(require_POST(self.merge_view))
        return [path("<int:object_id>/merge/", view, name="customers_customer_merge"), *super().get_urls()]

    def merge_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Merge": the customer with the id that was written becomes this one."""
        customer = get_object_or_404(Customer, pk=object_id)
        if not merging.allowed(request.user):
            raise PermissionDenied
        done, told = merging.press(customer, request.POST.get("external_id", ""), timezone.now())
        if done:
            self.log_change(request, customer, told)
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
