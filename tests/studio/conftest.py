"""Who looks at the pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.studio.sample import Sample, fill


@pytest.fixture
def marketer(db: None) -> Client:
    """Somebody signed in who may do everything that anybody may."""
    client = Client()
    client.force_login(User.objects.create_superuser("ola", "ola@shop.example", "x"))
    return client


@pytest.fixture
def sample(db: None) -> Sample:
    """A shop with some life."""
    return fill()
