"""The public links, and the addresses for providers' reports."""

from __future__ import annotations

from django.urls import path

from orchestrator.tracking.hooks import Hook
from orchestrator.tracking.views import Preferences, Unsubscribe

urlpatterns = [
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
    path("p/<str:token>", Preferences.as_view(), name="preferences"),
    path("hooks/<str:provider>/", Hook.as_view(), name="hook"),
]
