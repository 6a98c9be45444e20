"""`manage.py journeys export`: what is taken out and published again is unchanged, byte for byte."""

from __future__ import annotations

from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.messaging.models import Template
from orchestrator.workspace.models import Brand
from tests.journeys.files import ONBOARDING, Files, Said


def test_what_is_exported_and_published_again_is_unchanged(files: Files) -> None:
    folder = files.journey(text=ONBOARDING.replace("\n", "\r\n"))
    files.run("publish")
    said = files.run("export", "onboarding", "--to", "out")
    assert said == Said("onboarding: version 1, 3 files written to out.\n", "", "")
    out = files.root.parent / "out"
    names = ["journey.yaml", "templates/tips.yaml", "templates/welcome.yaml"]
    assert sorted(str(one.relative_to(out)) for one in out.rglob("*.yaml")) == names
    assert all((out / name).read_bytes() == (folder / name).read_bytes() for name in names)
    assert files.run("publish", "out").out.splitlines()[-1] == "0 new, 0 changed, 1 unchanged."
    assert JourneyVersion.objects.count() == 1


def test_the_version_that_is_live_is_exported_not_a_draft_behind_it(files: Files) -> None:
    files.journey()
    files.run("publish")
    files.journey(text=ONBOARDING.replace("2 days", "3 days"), welcome="Hi", tips="Tips")
    files.run("publish")
    Journey.objects.update(draft="journey: onboarding # half done")
    files.run("export", "onboarding", "--to", "out")
    assert (files.root.parent / "out" / "journey.yaml").read_text().count("3 days") == 1
    assert '"Hi"' in (files.root.parent / "out" / "templates" / "welcome.yaml").read_text()


def test_a_journey_never_published_is_exported_as_its_draft(files: Files) -> None:
    brand = Brand.objects.get_or_create(key="default")[0]
    Journey.objects.create(key="onboarding", title="Welcome", brand=brand, draft=ONBOARDING)
    assert files.run("export", "onboarding").out == (
        f"onboarding: the draft, 1 file written to {files.root / 'onboarding'}.\n"
    )
    assert (files.root / "onboarding" / "journey.yaml").read_text() == ONBOARDING


def test_files_that_say_something_else_are_written_over_only_when_asked(files: Files) -> None:
    folder = files.journey()
    files.run("publish")
    (folder / "journey.yaml").write_text("journey: onboarding # being worked on\n")
    said = files.run("export", "onboarding")
    assert said.failed == f"{folder / 'journey.yaml'} says something else; --overwrite writes over it"
    assert (folder / "journey.yaml").read_text() == "journey: onboarding # being worked on\n"
    assert files.run("export", "onboarding", "--overwrite").out == (
        f"onboarding: version 1, 1 file written to {folder}.\n"
    )
    assert (folder / "journey.yaml").read_text() == ONBOARDING


def test_a_template_that_is_not_the_journey_s_is_not_taken_in(files: Files) -> None:
    folder = files.journey()
    files.run("publish")
    stranger = folder / "templates" / "offers.yaml"
    stranger.write_text("template: offers\n")
    said = files.run("export", "onboarding", "--overwrite")
    assert said.failed == f"{stranger} is not of this version of the journey; take it away first"


def test_shared_templates_stay_in_the_database(files: Files) -> None:
    files.journey()
    files.run("publish")
    Template.objects.filter(key="tips").update(journey="")
    (files.root / "onboarding" / "templates" / "tips.yaml").unlink()
    files.run("publish")
    said = files.run("export", "onboarding", "--to", "out")
    assert said.out == (
        "onboarding: version 1, 2 files written to out.\n"
        "Shared templates, which stay in the database: tips.\n"
    )
    assert files.run("publish", "out").out.splitlines()[-1] == "0 new, 0 changed, 1 unchanged."


def test_a_journey_nobody_knows(files: Files) -> None:
    assert files.run("export", "onbording").failed == (
        "there is no journey “onbording”. No journey was ever stored."
    )
    files.journey()
    files.run("publish")
    assert files.run("export", "onbording").failed == (
        "there is no journey “onbording”. There is: onboarding."
    )
