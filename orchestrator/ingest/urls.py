"""Paths of the door for events."""

from django.urls import path

from orchestrator.ingest.view import ingest

urlpatterns = [path("v1/<str:route>", ingest, name="ingest")]
