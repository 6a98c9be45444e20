"""Paths of the door for shops and helpdesks."""

from django.urls import path

from orchestrator.sources.view import come_in

urlpatterns = [path("in/<str:key>/", come_in, name="come_in")]
