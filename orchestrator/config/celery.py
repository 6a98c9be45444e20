"""The Celery app. Its messages are doorbells: losing, doubling or reordering them changes nothing but the delay."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")

app = Celery("orchestrator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=60,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"global_keyprefix": "orchestrator:"},
    # Keep the database connection between tasks: opening one costs more than a small batch.
    db_reuse_max=1000,
    timezone="UTC",
)
app.autodiscover_tasks()
