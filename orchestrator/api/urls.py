"""Paths of the HTTP door for programs."""

from django.urls import path

from orchestrator.api.enrollments import EnrollmentsView

urlpatterns = [path("journeys/<str:journey>/enrollments", EnrollmentsView.as_view(), name="enrollments")]
