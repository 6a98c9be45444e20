"""The public links, and the addresses for providers' reports."""

from __future__ import annotations

from django.urls import path

from orchestrator.tracking.confirm_view import Confirm
from orchestrator.tracking.counted import Click, Open
from orchestrator.tracking.form_view import Form
from orchestrator.tracking.hooks import Hook
from orchestrator.tracking.views import Preferences, Unsubscribe

urlpatterns = [
    path("c/<str:token>", Click.as_view(), name="click"),
    path("o/<str:token>", Open.as_view(), name="open"),
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
    path("p/<str:token>", Preferences.as_view(), name="preferences"),
    path("d/<str:token>", Confirm.as_view(), name="confirm"),
    path("f/<slug:key>", Form.as_view(), name="form"),
    path("hooks/<str:provider>/", Hook.as_view(), name="hook"),
]
