"""The door for web servers."""

import os

from django.core.wsgi import get_wsgi_application

from orchestrator.store.garbage import collect_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")
application = get_wsgi_application()
collect_rarely()  # events come by the hundred thousand, each a handful of objects
