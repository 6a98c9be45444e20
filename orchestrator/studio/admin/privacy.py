"""The privacy officer's pages: requests of people by their deadline, and one with all that is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.decorators import display

from orchestrator.customers.models import Customer, PrivacyComment, PrivacyRequest
from orchestrator.customers.privacy import Moved, receive
from orchestrator.domain.answering import SOON
from orchestrator.studio import fulfilling, may, privacy, rectifying, register
from orchestrator.studio.admin.base import History, Page, customer_link
from orchestrator.studio.admin.privacy_acts import ACTS, Unclear
from orchestrator.studio.links import linked, url_of
from orchestrator.studio.privacy_forms import NewForm, first_error
from orchestrator.studio.requests import Said, name_of
from orchestrator.studio.words import moment

_PREFIX = "customers_privacyrequest"
_TONES = {str(stand): tone for stand, tone in privacy.TONES.items()}


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(Page):
    """What people ask for by right. Nobody edits a row: it moves by its buttons."""

    list_display = ("kind_shown", "stands_shown", "due_on", "state", "person", "came_by", "taken_shown")
    list_filter = ("state", "kind")
    search_fields = ("=customer__external_id",)
    search_help_text = _("The whole external id of a customer")
    ordering = (F("closed_at").desc(nulls_first=True), "due_on", "-id")  # type: ignore[assignment]
    list_select_related = ("customer", "taken_by")
    list_before_template = "studio/privacy_above.html"
    page_template = "studio/privacy.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        """Whose they are is shown to whoever may see people."""
        shown = super().get_list_display(request)
        return shown if may.see_people(request.user) else [one for one in shown if one != "person"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with what matters at its top."""
        now = timezone.now()
        above = {
            "summary": privacy.summary(now),
            "today": timezone.localdate(now),
            "soon": timezone.localdate(now) + SOON,
            "may_add": request.user.has_perm("customers.add_privacyrequest"),  # type: ignore[union-attr]
        }
        return super().changelist_view(request, {**(extra_context or {}), **above})

    @display(description=_("what is asked for"), ordering="kind")
    def kind_shown(self, obj: PrivacyRequest) -> str:
        return obj.get_kind_display()

    @display(description=_("how it stands"), label=_TONES)
    def stands_shown(self, obj: PrivacyRequest) -> tuple[str, str]:
        stand = privacy.stands(obj, timezone.localdate())
        return str(stand), str(privacy.TITLES[stand])

    @display(description=_("in the hands of"))
    def taken_shown(self, obj: PrivacyRequest) -> str:
        return name_of(obj.taken_by) if obj.taken_by_id is not None else "–"

    @display(description=_("customer"))
    def person(self, obj: PrivacyRequest) -> SafeString | str:
        return customer_link(obj) if obj.customer_id is not None else "–"

    def get_urls(self) -> list[Any]:
        """With the form of a new one, the register, and the buttons."""
        view = self.admin_site.admin_view
        new = require_http_methods(["GET", "HEAD", "POST"])(self.new_view)
        return [
            path("new/", view(new), name=f"{_PREFIX}_new"),
            path("register/", view(require_GET(self.register_view)), name=f"{_PREFIX}_register"),
            path("<int:object_id>/act/<slug:act>/", view(require_POST(self.act_view)), name=f"{_PREFIX}_act"),
            *super().get_urls(),
        ]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """A request is written down; `?customer=7` says whose it is."""
        may.demand(request.user, "customers.add_privacyrequest")
        now = timezone.now()
        form = NewForm(request.POST) if request.method == "POST" else None
        if form is not None and form.is_valid():
            said, whose = form.cleaned_data, form.cleaned_data["who"]
            made = receive(
                said["kind"], whose.pk if whose else None, said["came_by"], said["received_on"], said["said"],
                request.user, now,
            )  # fmt: skip
            self.log_only(request, made, gettext("Written down"))
            messages.success(request, privacy.say_stand(made, timezone.localdate(now)))
            return redirect(url_of(_PREFIX, made.pk))
        given: Mapping[str, Any] = request.POST if form is not None else _given(request)
        context = self.admin_site.each_context(request) | {
            "title": gettext("A request of a person"),
            "problem": first_error(form) if form is not None else "",
            "given": given,
            "kinds": PrivacyRequest.Kind.choices,
            "ways": PrivacyRequest.Came.choices,
            "today": timezone.localdate(now),
        }
        return TemplateResponse(request, "studio/privacy_new.html", context, status=400 if form else 200)

    def register_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """The register as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        name = f"register-{timezone.localdate(now)}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        written = list(register.lines(now))  # in the reader's language, which is gone once it streams
        return StreamingHttpResponse(written, content_type="text/csv; charset=utf-8", headers=headers)

    def act_view(self, request: HttpRequest, object_id: int, act: str) -> HttpResponseBase:
        """A button of a request's page."""
        one = get_object_or_404(_rows(), pk=object_id)
        if not self._may_move(request):
            raise PermissionDenied
        try:
            if act == fulfilling.GIVE:
                return self._give(request, one)
            told = self._deed(request, one, act) if act in _DEEDS else self._move(request, one, act)
        except Moved:
            messages.error(
                request, gettext("Nothing was done: the request is not as you looked at it. Look again.")
            )
        except (Unclear, ValueError) as error:
            messages.error(request, str(error))
        else:
            self.log_only(request, one, told)
            messages.success(request, told)
        return redirect(url_of(_PREFIX, one.pk))

    def _move(self, request: HttpRequest, one: PrivacyRequest, act: str) -> str:
        if act not in ACTS:
            raise Http404
        return ACTS[act](one, request.POST, request.user, timezone.now())

    def _deed(self, request: HttpRequest, one: PrivacyRequest, act: str) -> str:
        if not fulfilling.allowed(request.user, one, act):
            raise PermissionDenied
        now = timezone.now()
        if act == fulfilling.RECTIFY and one.customer is not None:
            return fulfilling.rectified(one, rectifying.read(one.customer, request.POST), request.user, now)
        return fulfilling.SIMPLE[act](one, request.user, now)

    def _give(self, request: HttpRequest, one: PrivacyRequest) -> FileResponse:
        if not fulfilling.allowed(request.user, one, fulfilling.GIVE):
            raise PermissionDenied
        file = fulfilling.give(one, request.user, timezone.now())
        self.log_only(request, one, gettext("Given all that is known of them"))
        headers = {"Cache-Control": "no-store"}
        name = f"customer-{one.customer_id}.zip"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type="application/zip", headers=headers
        )

    def _may_move(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("customers.change_privacyrequest"))  # type: ignore[union-attr]

    def page(self, request: HttpRequest, obj: PrivacyRequest) -> Mapping[str, Any]:
        """Who asks for what, until when, what is left, and the buttons that this reader may press."""
        day, moves = timezone.localdate(), self._may_move(request)
        stand = privacy.stands(obj, day)
        sees = may.see_people(request.user)
        can = [act for act in fulfilling.deeds(obj) if moves and fulfilling.allowed(request.user, obj, act)]
        open_ = obj.closed_at is None
        return {
            "one": obj,
            "badge": (privacy.TONES[stand], privacy.TITLES[stand]),
            "said": privacy.say_stand(obj, day),
            "whose": _whose(obj, sees),
            "steps": privacy.steps(obj),
            "facts": list(privacy.facts(obj)),
            "thread": _thread(obj),
            "deeds": can,
            "lacks_right": open_
            and moves
            and privacy.is_sure(obj)
            and bool(fulfilling.deeds(obj))
            and not can,
            "moves": moves and open_,
            "is_sure": privacy.is_sure(obj),
            "may_take": privacy.is_sure(obj) and obj.taken_by_id != request.user.pk,
            "may_extend": open_ and obj.extended_on is None and day <= obj.due_on,
            "corrects": rectifying.facts(obj.customer) if fulfilling.RECTIFY in can and obj.customer else [],
            "refusals": PrivacyRequest.Refusal.choices,
            "today": day,
            "closes_by_words": open_ and privacy.is_sure(obj),
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With those who deal with them."""
        return super().get_queryset(request).select_related("customer", "taken_by")


_DEEDS = frozenset({*fulfilling.SIMPLE, fulfilling.RECTIFY})


@admin.register(PrivacyComment)
class PrivacyCommentAdmin(History):
    """What was said of requests: the request's page shows it in its place."""

    list_display = ("request_shown", "author", "said_at")
    list_display_links = ("said_at",)
    list_select_related = ("request", "author")
    ordering = ("-id",)
    fields = ("request_shown", "author", "said_at", "text")
    readonly_fields = ("request_shown",)

    @display(description=_("request of a person"))
    def request_shown(self, obj: PrivacyComment) -> SafeString:
        return linked(url_of(_PREFIX, obj.request_id), obj.request)


def _rows() -> QuerySet[Any]:
    return PrivacyRequest.objects.select_related("customer", "taken_by")


def _given(request: HttpRequest) -> dict[str, str]:
    """What the form begins with: whose request it is, by the way to it."""
    number = request.GET.get("customer", "")
    known = number.isascii() and number.isdecimal() and len(number) < 19
    found = Customer.objects.filter(pk=number, erased_at=None).first() if known else None
    return {"who": found.external_id or f"#{found.pk}"} if found and may.see_people(request.user) else {}


def _whose(obj: PrivacyRequest, sees: bool) -> SafeString | str:
    if obj.customer_id is None:
        return ""
    return customer_link(obj) if sees else gettext("a customer whom you may not see")


def _thread(obj: PrivacyRequest) -> list[Said]:
    rows = obj.comments.select_related("author").order_by("said_at", "pk")
    gone = gettext("(erased with the person)")
    return [Said(name_of(one.author), moment(one.said_at), one.text or gone) for one in rows]
