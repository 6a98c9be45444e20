"""The world of the scenarios, and the words in which an import is asked for."""

from tests.scenarios.conftest import *  # noqa: F403
