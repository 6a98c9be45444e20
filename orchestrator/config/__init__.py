"""The top floor: settings, URLs and the Celery app. Everything may be imported from here, nothing imports it."""
