"""Paths of the HTTP door for programs."""

from django.urls import path

from orchestrator.api.customers import NextView, TimelineView, WhyView
from orchestrator.api.enrollments import EnrollmentsView

urlpatterns = [
    path("journeys/<str:journey>/enrollments", EnrollmentsView.as_view(), name="enrollments"),
    path("customers/<str:external_id>/timeline/", TimelineView.as_view(), name="customer_timeline"),
    path("customers/<str:external_id>/why/", WhyView.as_view(), name="customer_why"),
    path("customers/<str:external_id>/next/", NextView.as_view(), name="customer_next"),
]
