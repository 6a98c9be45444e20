"""Who people are, and what has happened between them and us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.customers.models import Address, Customer
from orchestrator.studio import person, words
from orchestrator.studio.admin.base import BigHistory, BigPage, channel_mark, customer_link
from orchestrator.studio.timeline import read_timeline
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
        """Who, what happened, and the answer for the journey that the address asks about: `?why=onboarding`."""
        whys = read_whys(obj, request.GET.get("why", ""), timezone.now())
        return {"who": person.describe(obj), "timeline": read_timeline(obj), "whys": whys}


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
