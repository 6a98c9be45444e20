"""`manage.py journeys format`: ids are written in place, and nothing else changes."""

from __future__ import annotations

import os

from tests.journeys.files import ONBOARDING, Files, Said

BARE = "".join(line for line in ONBOARDING.splitlines(keepends=True) if "id:" not in line)


def test_missing_ids_are_written_and_comments_survive(files: Files) -> None:
    path = files.journey(text=BARE.replace("wait: 2 days", "wait: 2 days   # let them look")) / "journey.yaml"
    os.chmod(path, 0o640)
    assert files.run("format") == Said(
        "journeys/onboarding/journey.yaml: ids written\n1 of 1 journey changed.\n", "", ""
    )
    written = path.read_text()
    assert written.startswith("# The first days.\n")
    assert "  - wait: 2 days   # let them look\n    id: " in written
    assert written.count("\n    id: ") == 3
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in path.parent.iterdir() if one.is_file()] == ["journey.yaml"]


def test_a_second_time_changes_nothing(files: Files) -> None:
    path = files.journey(text=BARE) / "journey.yaml"
    files.run("format")
    before = path.stat()
    assert files.run("format").out == "0 of 1 journey changed.\n"
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_check_writes_nothing_and_fails(files: Files) -> None:
    path = files.journey(text=BARE) / "journey.yaml"
    files.journey("loyalty", ONBOARDING)
    assert files.run("format", "--check") == Said(
        "journeys/onboarding/journey.yaml: lacks ids\n", "", "1 journey would get ids: run journeys format."
    )
    assert path.read_text() == BARE


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_their_ids(files: Files) -> None:
    broken = files.journey("a", "journey: [\n") / "journey.yaml"
    path = files.journey("b", BARE) / "journey.yaml"
    said = files.run("format")
    assert said.out == "journeys/b/journey.yaml: ids written\n"
    assert said.err.startswith("journeys/a/journey.yaml:")
    assert said.failed == "1 journey cannot be read."
    assert broken.read_text() == "journey: [\n"
    assert "id:" in path.read_text()
