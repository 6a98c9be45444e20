"""The world that programs call into."""

from tests.scenarios import conftest as scenarios

world = scenarios.world  # the fixture
