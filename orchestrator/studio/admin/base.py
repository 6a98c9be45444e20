"""What the pages of all rooms share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.admin import ShowFacets
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.paginator import InfinitePaginator

from orchestrator.studio import deleting, words
from orchestrator.studio.admin.noted import NotedAdmin
from orchestrator.studio.filters import narrowed
from orchestrator.studio.links import linked, related, url_of
from orchestrator.studio.searching import exactly
from orchestrator.studio.titles import title_of


class StudioAdmin(NotedAdmin):
    """A page that people may edit, if their rights say so.

    `together` names relations without a database constraint: they are read in one more query, not joined, so that
    a row whose customer is gone stays in the list.
    """

    list_per_page = 50
    list_fullwidth = True
    together: Sequence[str | Prefetch[Any]] = ()
    actions: Any = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; a filter that no text of a database can equal is taken off."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            return redirect(request.path)
        return super().changelist_view(request, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with them: in numbers where it is much."""
        return deleting.told(objs, request, self.admin_site)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All rows, with what their columns show."""
        return super().get_queryset(request).prefetch_related(*self.together)

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """What the page of a row, or of a new one (None), shows around its form."""
        return {}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """The form, and what is around it."""
        context |= self.around(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


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


class Big:
    """Of millions of rows: never counted, never read whole, never sorted but by its index, paged by "next"."""

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """What the newest rows hold stands to choose."""
        return narrowed(super().get_list_filter(request), self.model)  # type: ignore[misc, attr-defined]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """The whole of an id, a key or a code, where that is all there is to search."""
        fields = self.get_search_fields(request)  # type: ignore[attr-defined]
        if all(field.startswith("=") for field in fields):
            return exactly(queryset, [field[1:] for field in fields], search_term), False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]


class BigHistory(Big, History):
    """History of millions of rows."""


class Page(History):
    """A read-only page of its own design: `page_template` shows what `page` answers."""

    change_form_template = "studio/page.html"
    page_template = ""
    fieldsets: Any = ((None, {"fields": ()}),)

    def page(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """What the template shows."""
        raise NotImplementedError

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """The page instead of a form."""
        return {} if obj is None else {"page_template": self.page_template, **self.page(request, obj)}


class BigPage(Big, Page):
    """A page of its own design, over millions of rows."""


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
