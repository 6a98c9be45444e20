"""Email through a provider's HTTP API, by django-anymail; switched on by `ANYMAIL_BACKEND`."""
