"""The admin: one module a room. Importing this package registers every page."""

from orchestrator.studio.admin import (
    accounts,
    consents,
    customers,
    deliveries,
    enrollments,
    events,
    journeys,
    launches,
    limits,
    mailbox,
    messages,
    points,
    segments,
    templates,
    workspace,
)

__all__ = [
    "accounts",
    "consents",
    "customers",
    "deliveries",
    "enrollments",
    "events",
    "journeys",
    "launches",
    "limits",
    "mailbox",
    "messages",
    "points",
    "segments",
    "templates",
    "workspace",
]
