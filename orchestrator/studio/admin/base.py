"""What the pages of all rooms share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from orchestrator.studio import words
from orchestrator.studio.links import linked, related, url_of
from orchestrator.studio.titles import title_of


class StudioAdmin(ModelAdmin):
    """A page that people may edit, if their rights say so.

    `together` names relations without a database constraint: they are read in one more query, not joined, so that
    a row whose customer is gone stays in the list.
    """

    list_per_page = 50
    list_fullwidth = True
    together: Sequence[str | Prefetch[Any]] = ()
    actions = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; a filter that no text of a database can equal is taken off."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            return redirect(request.path)
        return super().changelist_view(request, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All rows, with what their columns show."""
        return super().get_queryset(request).prefetch_related(*self.together)


class History(StudioAdmin):
    """What happened stays as it happened: nobody adds, changes or deletes it here, whatever their rights."""

    change_form_template = "studio/readonly.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class BigHistory(History):
    """History of millions of rows: never counted, never sorted but by its index, paged by "next"."""

    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()


class Page(History):
    """A read-only page of its own design: `page_template` shows what `page` answers."""

    change_form_template = "studio/page.html"
    page_template = ""
    fieldsets: Any = ((None, {"fields": ()}),)

    def page(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """What the template shows."""
        raise NotImplementedError

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """The page instead of a form."""
        if obj is not None:
            context |= {"page_template": self.page_template, **self.page(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)


class BigPage(Page):
    """A page of its own design, over millions of rows."""

    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()


def customer_link(obj: Any) -> SafeString | str:
    """The customer of a row, or their number where the customer is gone."""
    customer = related(obj, "customer")
    if customer is None:
        return f"#{obj.customer_id}"
    return linked(url_of("customers_customer", customer.pk), customer)


def journey_link(obj: Any) -> SafeString:
    """The journey of a row, by its title in the reader's language."""
    return linked(url_of("journeys_journey", obj.journey_id), title_of(obj.journey))


def channel_mark(code: str) -> SafeString:
    """A channel: icon and name."""
    return format_html(
        '<span class="st-channel"><span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</span>',
        words.icon(code),
        words.channel(code),
    )


def mono(text: str) -> SafeString:
    """Source text as it stands."""
    return format_html('<pre class="st-source" tabindex="0">{}</pre>', text)
