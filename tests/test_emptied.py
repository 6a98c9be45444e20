"""After a test with real commits, the tables are as after Django's own `flush`."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType

from orchestrator.journeys.models import Enrollment
from tests import emptied
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import World

world = scenarios.world  # the fixture
JOURNEY = """
journey: hello
entry: {event: hello.wanted}
purpose: transactional
steps:
  - send: hello
    id: hello
"""


@pytest.mark.django_db
def test_all_goes_but_what_every_database_has(world: World) -> None:
    User.objects.create_user("anna").user_permissions.add(Permission.objects.earliest("id"))
    world.publish(JOURNEY, hello="")
    world.event(world.person(), "hello.wanted")
    world.run(days=1)
    assert Enrollment.objects.exists()
    stays = (Permission.objects.count(), ContentType.objects.count())
    assert len(emptied.full()) > 15
    emptied.empty()
    assert emptied.full() == []
    assert (Permission.objects.count(), ContentType.objects.count()) == stays
