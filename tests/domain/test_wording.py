"""Words that can be said again: a template, what stands in it, and back from what was stored."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from orchestrator.domain.wording import Words, Wrong, as_json, from_json, say, words_of

POLISH = {"%(what)s %(text)s has %(count)s": "%(what)s: %(text)s ma %(count)s", "the date": "data"}
ONE = Words("%(what)s %(text)s has %(count)s", what=Words("the date"), text="'100 %'", count=12345)


def test_words_are_english_text_and_are_said_again() -> None:
    assert ONE == "the date '100 %' has 12,345"
    assert say(ONE, lambda text: POLISH.get(text, text), "{:d}".format) == "data: '100 %' ma 12345"
    assert say("free text of 100 %", lambda text: "no", str) == "free text of 100 %"
    assert say(Words("plain 100 %"), lambda text: "zwykły 100 %", str) == "zwykły 100 %"


def test_words_are_kept_and_come_back() -> None:
    kept = json.loads(json.dumps(as_json(ONE)))
    back = from_json(kept, str(ONE))
    assert (back, as_json(back)) == (str(ONE), kept)
    assert [as_json(copy.deepcopy(ONE)), as_json(pickle.loads(pickle.dumps(ONE)))] == [kept, kept]
    assert as_json("free text") is None


@pytest.mark.parametrize(
    "kept", [{}, None, {"words": "%(a)s %(b)s", "told": {"a": "1"}}, {"words": 3, "told": {}}, {"words": "x"}]
)
def test_what_fits_its_template_no_more_is_told_as_it_was_stored(kept: object) -> None:
    assert from_json(kept, "as it was") == "as it was"  # type: ignore[arg-type]


def test_an_error_carries_its_words() -> None:
    error = Wrong("%(text)s is wrong", text="'x'")
    assert (str(error), as_json(words_of(error))) == (
        "'x' is wrong", {"words": "%(text)s is wrong", "told": {"text": "'x'"}},
    )  # fmt: skip
    assert [words_of(ValueError("free")), words_of(ValueError())] == ["free", ""]
