"""The house's settings with django-post_office in them, as its documentation says, and a queue of its own tables."""

from __future__ import annotations

import os

from orchestrator.config.settings import *  # noqa: F403
from orchestrator.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "post_office"]
EMAIL_BACKEND = "post_office.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ.get("SINK_PORT", "25"))
POST_OFFICE = {"BATCH_SIZE": 1000, "LOG_LEVEL": 1, "TEMPLATE_ENGINE": "django", "CELERY_ENABLED": False}
