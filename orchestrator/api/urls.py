"""Paths of the HTTP door for programs."""

from django.urls import path, re_path

from orchestrator.api import (
    consents,
    customers,
    enrollments,
    events,
    journeys,
    messages,
    passages,
    people,
    products,
    schema,
    segments,
    webhooks,
)

urlpatterns = [
    path("customers/", people.CustomersView.as_view(), name="customers"),
    path("customers/batch/", people.CustomerBatchView.as_view(), name="customers_batch"),
    path("customers/<str:external_id>/", people.CustomerView.as_view(), name="customer"),
    path("customers/<str:external_id>/addresses/", people.AddressesView.as_view(), name="customer_addresses"),
    path("customers/<str:external_id>/consents/", consents.ConsentsView.as_view(), name="customer_consents"),
    path(
        "customers/<str:external_id>/consents/ledger/", consents.LedgerView.as_view(), name="customer_ledger"
    ),
    path("customers/<str:external_id>/events/", events.CustomerEventsView.as_view(), name="customer_events"),
    path("customers/<str:external_id>/timeline/", customers.TimelineView.as_view(), name="customer_timeline"),
    path("customers/<str:external_id>/why/", customers.WhyView.as_view(), name="customer_why"),
    path("customers/<str:external_id>/next/", customers.NextView.as_view(), name="customer_next"),
    path("events/batch/", events.EventBatchView.as_view(), name="events_batch"),
    path("products/", products.ProductsView.as_view(), name="products"),
    path("products/batch/", products.ProductBatchView.as_view(), name="products_batch"),
    path("products/<str:product>/", products.ProductView.as_view(), name="product"),
    path("segments/", segments.SegmentsView.as_view(), name="segments"),
    path("segments/<str:segment>/", segments.SegmentView.as_view(), name="segment"),
    path("segments/<str:segment>/members/", segments.MembersView.as_view(), name="segment_members"),
    path(
        "segments/<str:segment>/members/<str:external_id>/",
        segments.MemberView.as_view(),
        name="segment_member",
    ),
    path("journeys/", journeys.JourneysView.as_view(), name="journeys"),
    path("journeys/<str:journey>/", journeys.JourneyView.as_view(), name="journey"),
    path("journeys/<str:journey>/versions/", journeys.VersionsView.as_view(), name="journey_versions"),
    path(
        "journeys/<str:journey>/versions/<int:number>/",
        journeys.VersionView.as_view(),
        name="journey_version",
    ),
    path("journeys/<str:journey>/pause/", journeys.PauseView.as_view(), name="journey_pause"),
    path("journeys/<str:journey>/resume/", journeys.ResumeView.as_view(), name="journey_resume"),
    path("journeys/<str:journey>/enrollments", enrollments.EnrollmentsView.as_view(), name="enrollments"),
    path("enrollments/", passages.PassagesView.as_view(), name="passages"),
    path("enrollments/<int:number>/", passages.PassageView.as_view(), name="passage"),
    path("messages/", messages.MessagesView.as_view(), name="messages"),
    path("messages/<int:number>/", messages.MessageView.as_view(), name="message"),
    path("webhooks/", webhooks.WebhooksView.as_view(), name="webhooks"),
    path("webhooks/<int:number>/", webhooks.WebhookView.as_view(), name="webhook"),
    path("webhooks/<int:number>/rotate/", webhooks.RotateView.as_view(), name="webhook_rotate"),
    path("webhooks/<int:number>/test/", webhooks.TestView.as_view(), name="webhook_test"),
    path("webhooks/<int:number>/resend/", webhooks.ResendView.as_view(), name="webhook_resend"),
    path("webhooks/<int:number>/deliveries/", webhooks.DeliveriesView.as_view(), name="webhook_deliveries"),
    re_path(r"^(?P<rest>[\s\S]*)$", schema.NowhereView.as_view(), name="api_nowhere"),
]
