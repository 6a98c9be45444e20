"""The Celery app. Its messages are doorbells: losing, doubling or reordering them changes nothing but the delay."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_process_init

from orchestrator.store import deadlines
from orchestrator.store.garbage import collect_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")

SWEEP = 2.0  # seconds
ALARMS = 30.0
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
    # A broker that is away is noticed within a second: whoever rings has better things to do. Without the last
    # line, a connection that was lost is sought for six seconds, in the middle of a delivery. Workers that listen for
    # doorbells are not concerned: they have a patience of their own.
    broker_transport_options={
        "global_keyprefix": "orchestrator:",
        "socket_connect_timeout": 1.0,
        "socket_timeout": 5.0,
        "max_retries": 0,
    },
    beat_schedule={
        # One that was not taken within its interval is dropped: after downtime, workers find one sweep, not thousands.
        "sweep": {"task": "orchestrator.sweep", "schedule": SWEEP, "options": {"expires": SWEEP}},
        "webhooks": {"task": "orchestrator.webhooks", "schedule": SWEEP, "options": {"expires": SWEEP}},
        "alarms": {"task": "orchestrator.alarms", "schedule": ALARMS, "options": {"expires": ALARMS}},
    },
    # Keep the database connection between tasks: opening one costs more than a small batch. Celery asks for this one
    # by its old, upper-case name, and closes the connection after every task where only the new one is given.
    CELERY_DB_REUSE_MAX=1000,
    timezone="UTC",
)
app.autodiscover_tasks()


@worker_process_init.connect(weak=False)
def _begin(**_: object) -> None:
    # Here, since it reads the models, which are there only once Django has been set up.
    from orchestrator.journeys.warm import warm_up

    collect_rarely()
    deadlines.keep()
    warm_up()
