"""A few hundred calls made up from the schema: each answer is one that the schema knows, and none is a 500."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.api.fuzz import Fuzz, new_key
from tests.studio.sample import fill


@pytest.mark.slow
@pytest.mark.django_db
def test_calls_made_up_from_the_schema_get_answers_that_the_schema_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    fill(5)
    said: list[str] = []
    fuzz = Fuzz(new_key(), said.append)
    fuzz.run(200)
    assert (fuzz.examples, fuzz.failed, fuzz.unlike, said) == (200, 0, 0, [])
    assert fuzz.statuses[200] > 0
