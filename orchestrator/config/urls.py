"""Every URL of the installation."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from orchestrator.api.docs import docs
from orchestrator.api.schema import SchemaView
from orchestrator.config.health import health

handler403 = "orchestrator.studio.refusing.forbidden"
urlpatterns = [
    path("api/v1/", include("orchestrator.api.urls")),
    path("", include("orchestrator.ingest.urls")),
    path("", include("orchestrator.sources.urls")),
    path("api/schema/", SchemaView.as_view(), name="api_schema"),
    path("api/docs/", docs, name="api_docs"),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("healthz", health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
    path("", include("orchestrator.tracking.urls")),
]
