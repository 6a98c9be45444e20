"""Who may do what at every URL by every method, as tests/studio/matrix.txt says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.http import HttpRequest, HttpResponse
from django.urls import path

from orchestrator.config import urls as installed
from orchestrator.journeys.models import Journey
from orchestrator.workspace import roles, sequence
from tests.studio import matrix
from tests.studio.sample import Sample


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Ten thousand refusals are what is looked for, not news for a log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def shop(sample: Sample) -> Sample:
    """With accounts and roles, so that these have rows too."""
    roles.set_up()
    sequence.take(1000)  # past the numbers that the sample gave by hand
    User.objects.create_superuser("ola", "", "x")
    return sample


def caller(who: str) -> matrix.Caller:
    """Somebody of this column."""
    if who == "anyone":
        return matrix.Caller(who, AnonymousUser())
    user = User.objects.create_user(f"some_{who}", password="x", is_staff=True)
    user.groups.set(Group.objects.filter(name=who))
    return matrix.Caller(who, user)


def unlisted() -> list[str]:
    """The rows that are missing, as they would stand in the table."""
    missing = {name for name, _address in matrix.urls()} - matrix.table().keys()
    cells: dict[str, dict[str, str]] = {name: {} for name in missing}
    for who in matrix.WHO if missing else ():
        for name, cell, _wrongs in caller(who).walk(missing):
            cells[name][who] = cell
    return [matrix.row(name, cells[name]) for name in sorted(missing)]


def test_the_table_has_each_url_and_no_other(shop: Sample) -> None:
    lines = unlisted()
    assert not lines, "judge these rows and add them to tests/studio/matrix.txt:\n" + "\n".join(lines)
    gone = matrix.table().keys() - {name for name, _address in matrix.urls()}
    assert not gone, f"take the rows of {sorted(gone)} out of tests/studio/matrix.txt: there is no such URL"


@pytest.mark.parametrize("who", matrix.WHO)
def test_each_may_do_what_the_table_says(shop: Sample, who: str, record_property: Any) -> None:
    asking, said, wrong = caller(who), matrix.table(), []
    for name, cell, wrongs in asking.walk():
        wrong += wrongs
        if name in said and said[name][who] != cell:
            wrong.append(f"{name}: the table says “{said[name][who]}” for {who}, the installation “{cell}”")
    record_property("calls", asking.calls)
    assert not wrong, "\n".join(wrong)


def test_a_new_url_is_told_with_its_row(shop: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        """Answers everybody, and writes whoever reads."""
        Journey.objects.update(title="Changed")
        return HttpResponse()

    monkeypatch.setattr(installed, "urlpatterns", [*installed.urlpatterns, path("new/", view, name="new")])
    matrix.forget()
    try:
        assert unlisted() == [matrix.row("new", dict.fromkeys(matrix.WHO, "rw"))]
        [(_name, _cell, wrongs)] = matrix.Caller("x", AnonymousUser()).walk({"new"})
        assert [wrong.partition(":")[0] for wrong in wrongs] == [
            f"{method} new only reads and yet wrote" for method in matrix.READ
        ]
    finally:
        monkeypatch.undo()
        matrix.forget()
    assert Journey.objects.filter(title="Changed").count() == 0
