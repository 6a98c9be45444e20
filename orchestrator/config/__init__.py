"""Settings, URLs, and the Celery app, which is made whenever Django is: doorbells go through it."""

from orchestrator.config.celery import app as celery_app

__all__ = ["celery_app"]
