"""A Celery worker keeps its database connection from task to task."""

from __future__ import annotations

from celery.fixups.django import DjangoWorkerFixup

from orchestrator.config.celery import app


def test_the_connection_is_kept_for_a_thousand_tasks() -> None:
    assert DjangoWorkerFixup(app).db_reuse_max == 1000
