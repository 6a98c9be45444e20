"""A new journey: chosen among those that come along, begun empty, or written as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orchestrator.journeys import begin as beginning
from orchestrator.journeys.begin import CannotBegin, begin
from orchestrator.journeys.folders import find_folders
from orchestrator.journeys.models import Journey
from orchestrator.journeys.simulation.drafted import drafted
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import Template
from orchestrator.studio import canvas, drafts, sketch
from orchestrator.workspace.models import Brand, Workspace

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
ADD, BEGIN = "/admin/journeys/journey/add/", "/admin/journeys/journey/begin/"
SHIPPED = Path(__file__).parents[2] / "journeys"
GREETING = """\
# Says hello.
journey: greeting
title: {en: Hello, pl: Cześć}
entry: {event: customer.signed_up}
steps:
  - send: hello   # at once
    id: first
  - choose:
      - when: {received: {journey: greeting, step: first, within: 2 days}}
        then: [{send: hello, id: again}]
    id: got_it
"""
HELLO = """\
template: hello
email:
  en: {subject: "Hello", html: "<p>Hello.</p>"}
"""


@pytest.fixture(autouse=True)
def root(db: None, settings: Any, tmp_path: Path) -> Path:
    """A folder of one journey."""
    Workspace.get()
    Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    settings.JOURNEYS_DIR = tmp_path
    put(tmp_path, "greeting", GREETING, hello=HELLO)
    return tmp_path


def put(root: Path, name: str, journey: str | bytes, **templates: str | bytes) -> Path:
    """A journey's files."""
    (root / name / "templates").mkdir(parents=True)
    for file, text in {
        "journey": journey,
        **{f"templates/{key}": one for key, one in templates.items()},
    }.items():
        (root / name / f"{file}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return root / name


def chosen(client: Client, shipped: str = "greeting", title: str = "Hello", **more: str) -> Any:
    return client.post(BEGIN, {"shipped": shipped, "title": title, **more})


def test_the_page_shows_each_with_a_sentence_and_a_picture_and_an_empty_one(marketer: Client) -> None:
    text = marketer.get(ADD).text
    assert re.findall(r'<h2 id="choice-\d">(.*?)</h2>', text) == ["Hello", "An empty journey"]
    assert "<p>When customer.signed_up happens. 2 messages, 3 steps.</p>" in text
    assert text.count('<svg class="st-sketch"') == 2
    assert (
        'aria-label="A picture of its steps: Send “hello” by email; Choose the first that is true; ' in text
    )
    assert f'href="{ADD}?text=1"' in text


def test_the_page_speaks_the_readers_language(marketer: Client) -> None:
    text = marketer.get(ADD, headers={"Accept-Language": "pl"}).text
    assert re.findall(r'<h2 id="choice-1">(.*?)</h2>', text) == ["Cześć"]


def test_choosing_one_makes_a_draft_with_templates_of_its_own_and_leads_to_the_canvas(
    marketer: Client,
) -> None:
    answer = chosen(marketer)
    made = Journey.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/journeys/journey/{made.pk}/canvas/")
    assert (made.key, made.title, made.status, made.draft, made.current) == (
        "greeting", "Hello", "draft", GREETING, None,
    )  # fmt: skip
    template = Template.objects.get()
    assert (template.key, template.journey, template.draft, template.latest) == (
        "hello",
        "greeting",
        HELLO,
        None,
    )
    assert template.brand == made.brand == Brand.objects.get()
    note = LogEntry.objects.get()
    assert (note.object_id, note.action_flag) == (str(made.pk), ADDITION)
    assert marketer.get(answer["Location"]).status_code == 200
    text, (hello,) = drafted(made)
    assert (text.text, hello.file, hello.text) == (GREETING, "templates/hello.yaml", HELLO)


def test_the_second_of_a_key_gets_a_number_and_names_itself_in_its_rules(marketer: Client) -> None:
    chosen(marketer)
    chosen(marketer, title="Good day")
    second = Journey.objects.get(key="greeting_2")
    assert second.draft == (
        GREETING.replace("journey: greeting", "journey: greeting_2").replace(
            "title: {en: Hello, pl: Cześć}", "title: Good day"
        )
    )
    assert second.title == "Good day"
    assert drafts.problems(second.draft) == []
    assert list(Template.objects.order_by("journey").values_list("journey", flat=True)) == [
        "greeting",
        "greeting_2",
    ]
    assert Journey.objects.get(key="greeting").draft == GREETING


def test_a_title_that_it_has_already_leaves_its_titles_as_they_are(root: Path) -> None:
    (folder,) = find_folders(root)
    assert begin("Cześć", NOW, folder).draft == GREETING


def test_templates_left_behind_by_a_journey_that_is_gone_stay_as_they_are(marketer: Client) -> None:
    Template.objects.create(key="hello", brand=Brand.objects.get(), journey="greeting", draft="old")
    chosen(marketer)
    assert Journey.objects.get().key == "greeting_2"
    assert dict(Template.objects.values_list("journey", "draft")) == {"greeting": "old", "greeting_2": HELLO}


def test_whoever_is_slower_with_the_same_key_takes_the_next(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = find_folders(root)
    begin("Hello", NOW, folder)
    looked = iter(["greeting", "greeting_2"])
    monkeypatch.setattr(beginning, "_free", lambda _wanted: next(looked))
    assert begin("Hello", NOW, folder).key == "greeting_2"
    monkeypatch.setattr(beginning, "_free", lambda _wanted: "greeting")
    with pytest.raises(CannotBegin, match="try again"):
        begin("Hello", NOW, folder)
    assert Journey.objects.count() == Template.objects.count() == 2


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("First days", "first_days"),
        ("Łódź: żółw & spółka!", "lodz_zolw_spolka"),
        ("2026", "journey_2026"),
        ("漢字", "journey"),
        ("x" * 200, "x" * 57),
    ],
)
def test_an_empty_one_has_a_key_made_of_its_title(marketer: Client, title: str, key: str) -> None:
    answer = chosen(marketer, "", title)
    made = Journey.objects.get()
    assert (made.key, made.title, made.draft, Template.objects.count()) == (key, title, "", 0)
    assert answer["Location"] == f"/admin/journeys/journey/{made.pk}/canvas/"
    assert marketer.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("name", ["loyalty_milestones", "onboarding", "reactivation"])
def test_each_that_comes_along_can_be_begun_and_has_no_problem(
    marketer: Client, settings: Any, name: str
) -> None:
    settings.JOURNEYS_DIR = SHIPPED
    assert "It cannot be chosen" not in marketer.get(ADD).text
    for title in ("Ours", "Ours too"):
        assert chosen(marketer, name, title).status_code == 302
    first, second = Journey.objects.order_by("pk")
    assert (first.key, second.key) == (name, f"{name}_2")
    assert drafts.problems(first.draft) == drafts.problems(second.draft) == []
    assert not re.search(rf"\b{name}\b", read(second.draft).plain().__repr__())
    files = {file.stem for file in (SHIPPED / name / "templates").glob("*.yaml")}
    assert set(Template.objects.filter(journey=second.key).values_list("key", flat=True)) == files


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"shipped": "greeting"}, "Say what the journey is to be called."),
        ({"shipped": "greeting", "title": "  "}, "Say what the journey is to be called."),
        ({"shipped": "", "title": "x" * 201}, "at most 200 characters"),
        ({"shipped": "", "title": "a\0b"}, "Null characters are not allowed."),
        ({"shipped": "gone", "title": "x"}, "This journey is not there any more: choose another."),
        ({"shipped": "../greeting", "title": "x"}, "This journey is not there any more: choose another."),
        ({"shipped": "/etc", "title": "x"}, "This journey is not there any more: choose another."),
        ({"shipped": "x" * 999, "title": "x"}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_begun_is_said_and_nothing_is_made(
    marketer: Client, sent: dict[str, str], said: str
) -> None:
    answer = marketer.post(BEGIN, sent)
    assert answer.status_code == 400
    assert said in answer.text
    assert Journey.objects.count() == Template.objects.count() == LogEntry.objects.count() == 0


def test_what_was_typed_stands_there_again(marketer: Client, root: Path) -> None:
    put(root, "other", GREETING.replace("greeting", "other"))
    text = chosen(marketer, "other", "y" * 201).text
    assert re.findall(r'name="title" value="(.*?)"', text) == ["Hello", "y" * 201, ""]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"journey": "journey: [\n"}, "bad/journey.yaml: "),
        ({"journey": b"journey: bad\ntitle: \xff\n"}, "this is not UTF-8 text."),
        ({"journey": "title: x\n"}, "a journey needs a key."),
        ({"journey": "- x\n"}, "a journey needs a key."),
        ({"journey": "journey: 7\n"}, "a journey needs a key."),
        ({"journey": GREETING, "hello": "email: {}\n"}, "a template needs a key of its own."),
        ({"journey": GREETING, "hello": b"\xff"}, "this is not UTF-8 text."),
        ({"journey": GREETING, "hello": HELLO, "twice": HELLO}, "a template needs a key of its own."),
    ],
)
def test_files_that_are_wrong_are_named_and_cannot_be_chosen(
    marketer: Client, root: Path, files: dict[str, Any], said: str
) -> None:
    put(root, "bad", **files)
    text = marketer.get(ADD).text
    assert text.count("It cannot be chosen.") == 1
    assert said in text
    answer = chosen(marketer, "bad")
    assert (answer.status_code, said in answer.text) == (400, True)
    assert Journey.objects.count() == Template.objects.count() == 0
    assert chosen(marketer).status_code == 302


def test_a_journey_with_problems_is_begun_with_them(marketer: Client, root: Path) -> None:
    put(root, "odd", "journey: odd\nsteps:\n  - juggle: 3\n  - send: {}\n")
    assert marketer.get(ADD).status_code == 200
    assert chosen(marketer, "odd", "Odd").status_code == 302
    assert len(drafts.problems(Journey.objects.get().draft)) > 1


def test_a_campaign_is_begun_on_its_own_page(marketer: Client, root: Path) -> None:
    (root / "sale").mkdir()
    (root / "sale" / "campaign.yaml").write_text("campaign: sale\n")
    text = marketer.get(ADD).text
    assert "sale" not in re.findall(r'name="shipped" value="(.*?)"', text)
    assert '/admin/journeys/journey/send-once/">' in text


def test_without_a_folder_there_is_still_the_empty_one(marketer: Client, settings: Any, root: Path) -> None:
    settings.JOURNEYS_DIR = root / "nowhere"
    assert re.findall(r'name="shipped" value="(.*?)"', marketer.get(ADD).text) == [""]


def test_without_a_brand_nothing_is_begun(marketer: Client) -> None:
    Brand.objects.all().delete()
    answer = chosen(marketer)
    assert (answer.status_code, "There is no brand yet: add one first." in answer.text) == (400, True)


def test_the_brand_is_the_one_that_publishing_would_take(marketer: Client, root: Path) -> None:
    other = Brand.objects.create(key="another", name="Another")
    put(root, "branded", GREETING.replace("greeting", "branded") + "brand: another\n", hello=HELLO)
    chosen(marketer, "branded")
    assert Journey.objects.get().brand == Template.objects.get().brand == other


def test_the_plain_form_is_still_there(marketer: Client) -> None:
    assert 'name="draft"' in marketer.get(ADD + "?text=1").text
    assert 'name="draft"' in marketer.get(ADD + "?_popup=1").text
    sent = {"key": "plain", "title": "Plain", "brand": Brand.objects.get().pk, "draft": ""}
    assert marketer.post(ADD, sent).status_code == 302
    assert Journey.objects.get().key == "plain"


def test_who_may_do_what() -> None:
    user = User.objects.create_user("ola", is_staff=True)
    client = Client()
    client.force_login(user)
    assert (client.get(ADD).status_code, chosen(client).status_code) == (403, 403)
    assert client.get(BEGIN).status_code == 405
    user.user_permissions.add(Permission.objects.get(codename="add_journey"))
    assert client.get(ADD).status_code == 200
    assert chosen(client)["Location"] == "/admin/journeys/journey/?all=1"
    user.user_permissions.add(Permission.objects.get(codename="change_journey"))
    assert (
        chosen(client)["Location"]
        == f"/admin/journeys/journey/{Journey.objects.get(key='greeting_2').pk}/canvas/"
    )
    assert Client().post(BEGIN, {"title": "x"}).status_code == 302
    assert Journey.objects.count() == 2


def test_the_page_asks_as_often_for_many_folders_as_for_one(marketer: Client, root: Path) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert marketer.get(ADD).status_code == 200
        return len(found)

    asked()
    one = asked()
    for number in range(45):
        put(root, f"more_{number:02}", GREETING)
    assert asked() == one
    assert marketer.get(ADD).text.count('class="st-card st-choice"') == 41


def test_a_picture_is_laid_out_as_the_canvas_is() -> None:
    steps = canvas.look(GREETING)["steps"]
    drawn = sketch.draw(steps, "Two & more")
    boxes = re.findall(r'<rect class="st-box st-box-(\w+)" x="([-\d.]+)" y="([\d.]+)"', drawn)
    assert boxes == [("send", "-23", "20"), ("other", "-23", "50"), ("send", "-51", "80")]
    assert 'aria-label="Two &amp; more"><title>Two &amp; more</title>' in drawn
    assert 'viewBox="-60 0 120 134"' in drawn
    assert 'd="M0 68V74H-28V80"' in drawn  # into the first arm
    assert 'd="M0 68V74H28V80"' in drawn  # and past it
    assert 'd="M-28 98V116H0V122"' in drawn
    assert 'd="M28 80V116H0V122"' in drawn


def test_a_picture_of_nothing_is_as_large_as_others() -> None:
    drawn = sketch.draw((), "Nothing")
    assert "<rect" not in drawn
    assert 'viewBox="-60 -44 120 120"' in drawn
