"""A few hundred calls made up from the schema: each answer is one that the schema knows, and none is a 500."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from orchestrator.workspace import sequence
from tests.api.fuzz import Fuzz, new_key
from tests.studio.sample import fill


@pytest.mark.slow
@pytest.mark.django_db
def test_calls_made_up_from_the_schema_get_answers_that_the_schema_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    # The test is one transaction on one connection, which a request's end would close.
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: None)
    fill(5)
    sequence.take(1000)  # past the numbers that the sample gave by hand
    said: list[str] = []
    fuzz = Fuzz(new_key(), said.append)
    fuzz.run(200)
    assert "\n".join(said[:4]) == ""
    assert (fuzz.examples, fuzz.failed, fuzz.unlike, said[:4]) == (200, 0, 0, [])
    assert fuzz.statuses[200] > 0
