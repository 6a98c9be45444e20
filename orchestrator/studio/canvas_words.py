"""What the canvas says: of steps, of arms, of fields, and on its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.sdk import Path, StepKind
from orchestrator.studio import outline, rules, words

KINDS = {
    "send": gettext_lazy("Send a message"),
    "wait": gettext_lazy("Wait"),
    "wait_until": gettext_lazy("Wait until something happens"),
    "wait_for_window": gettext_lazy("Wait for a time of day"),
    "choose": gettext_lazy("Choose by what is true"),
    "split": gettext_lazy("Split by chance"),
    "repeat": gettext_lazy("Repeat some steps"),
    "update": gettext_lazy("Change the customer"),
    "award": gettext_lazy("Award points"),
    "emit": gettext_lazy("Record an event"),
    "call": gettext_lazy("Call another system"),
    "start": gettext_lazy("Start another journey"),
    "exit": gettext_lazy("Leave the journey"),
}
FIELDS = {
    "send": gettext_lazy("template"),
    "via": gettext_lazy("channels, the first that reaches them"),
    "topic": gettext_lazy("topic"),
    "priority": gettext_lazy("priority"),
    "on_cap": gettext_lazy("while a cap is full"),
    "wait": gettext_lazy("how long"),
    "until": gettext_lazy("until"),
    "wait_until": gettext_lazy("what they wait for"),
    "at_most": gettext_lazy("at most"),
    "reset_by": gettext_lazy("begin anew when"),
    "wait_for_window": gettext_lazy("window"),
    "repeat": gettext_lazy("how often"),
    "update": gettext_lazy("attributes"),
    "add_tags": gettext_lazy("tags to add"),
    "remove_tags": gettext_lazy("tags to take away"),
    "award": gettext_lazy("points"),
    "why": gettext_lazy("why"),
    "emit": gettext_lazy("event"),
    "properties": gettext_lazy("properties"),
    "start": gettext_lazy("journey"),
    "key": gettext_lazy("key"),
    "call": gettext_lazy("address"),
    "event": gettext_lazy("event"),
    "body": gettext_lazy("body"),
    "on_failure": gettext_lazy("if it fails"),
    "exit": gettext_lazy("reason"),
    "share": gettext_lazy("share"),
    "when": gettext_lazy("if"),
    "journey": gettext_lazy("key"),
    "title": gettext_lazy("title"),
    "brand": gettext_lazy("brand"),
    "purpose": gettext_lazy("purpose"),
    "expires": gettext_lazy("messages expire after"),
    "catch_up": gettext_lazy("after a standstill"),
    "entry": gettext_lazy("who enters"),
    "goal": gettext_lazy("goal"),
    "exit_when": gettext_lazy("leaves when"),
    "holdout": gettext_lazy("held out"),
}
# What a new step says until its author says better.
FIRST: Mapping[str, Mapping[str, Any]] = {
    "send": {"send": "welcome", "via": ["email"]},
    "wait": {"wait": "1 day"},
    "wait_until": {"wait_until": {"event": "order.placed"}, "at_most": "3 days", "then": [], "otherwise": []},
    "wait_for_window": {"wait_for_window": {"from": "09:00", "to": "17:00"}},
    "choose": {"choose": [{"when": {"consent": "email"}, "then": []}], "otherwise": []},
    "split": {"split": {"a": {"share": "50%", "steps": []}, "b": {"share": "50%", "steps": []}}},
    "repeat": {"repeat": 2, "steps": []},
    "update": {"update": {"greeted": True}},
    "award": {"award": {"points": 10}},
    "emit": {"emit": "customer.greeted"},
    "call": {"call": "https://example.com/hook"},
    "start": {"start": "another_journey"},
    "exit": {"exit": "done"},
}


def title(kind: StepKind[Any]) -> str:
    """What a kind of step is called in the palette."""
    return str(KINDS.get(kind.name) or kind.title or words.spaced(kind.name))


def field(name: str) -> str:
    """What a field is called in the panel."""
    return str(FIELDS.get(name) or words.spaced(name))


def sentence(name: str, plain: Mapping[str, Any], kind: StepKind[Any] | None) -> str:
    """What a step does, or as much of it as can be said."""
    if kind is None:
        return _("This is no step yet")
    try:
        return outline.sentence_of(name, plain)
    except Exception:  # a draft may hold anything where a sentence expects something
        return title(kind)


def arm(kind: str, path: Path, fields: Mapping[str, Any]) -> str:
    """What an arm is called."""
    last = str(path[-1])
    if kind == "split" and len(path) == 3:
        return f"{fields.get('share', '')} · {words.spaced(str(path[1]))}".strip(" ·")
    if last == "otherwise":
        return _("Otherwise")
    if kind == "wait_until":
        return _("If it happened")
    if kind == "repeat":
        return _("Each time")
    if last == "go_to":
        return _("If a cap was full")
    if "when" in fields:
        try:
            return _("If %(rule)s") % {"rule": rules.say(fields["when"])}
        except Exception:  # as above
            return _("If")
    return words.spaced(str(path[-2] if len(path) > 1 else last))


def first_of(kind: StepKind[Any], inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """What is written when a step of a kind is put in."""
    if kind.name in FIRST:
        return dict(FIRST[kind.name])
    blank = {"text": "", "number": 1, "flag": False, "words": [], "yaml": {}}
    needed = {one["name"]: one for one in inputs if one["required"] or one["name"] == kind.name}
    told = {name: (one.get("choices") or [blank.get(one["as"])])[0] for name, one in needed.items()}
    return {kind.name: told.pop(kind.name, None), **told}


def texts(approval: bool = False) -> dict[str, str]:
    """The words of the page's own buttons and announcements; %s stands for a name. `approval`: publishing needs it."""
    return {
        "start": _("Who enters"),
        "end": _("The end of the journey"),
        "add": _("Add a step here"),
        "add_to": _("Add a step: %s"),
        "add_arm": _("Add a branch"),
        "remove_arm": _("Remove this branch"),
        "branch": _("Branch"),
        "search": _("Search for a step"),
        "nothing_found": _("No step is called that."),
        "palette": _("Which step?"),
        "panel": _("The chosen step"),
        "nothing_chosen": _("Choose a step to change it, or + to add one."),
        "journey": _("The journey itself"),
        "id": _("id"),
        "apply": _("Apply"),
        "delete": _("Delete"),
        "duplicate": _("Duplicate"),
        "up": _("Move up"),
        "down": _("Move down"),
        "close": _("Close"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "yaml": _("Text"),
        "show_yaml": _("Show the text"),
        "hide_yaml": _("Hide the text"),
        "problems": _("Problems"),
        "no_problems": _("Nothing is wrong with this draft."),
        "unreadable": _(
            "The text cannot be read, so the picture shows how it was before. Mend the lines below."
        ),
        "draft": _("Draft"),
        "saved_now": _("saved just now"),
        "saved_ago": _("saved %s s ago"),
        "saved_long_ago": _("saved"),
        "unsaved": _("not saved yet"),
        "saving": _("saving …"),
        "not_saved": _("not saved: %s"),
        "conflict": _("Not saved: %s changed this draft meanwhile, %s."),
        "take_theirs": _("Show theirs"),
        "keep_mine": _("Save mine over it"),
        "simulate": _("Simulate"),
        "publish": _("Ask for approval") if approval else _("Publish"),
        "waits": _("waits for approval"),
        "more": _("More"),
        "pause": _("Pause"),
        "resume": _("Resume"),
        "stop": _("Stop for good"),
        "stop_sure": _(
            "Everybody inside leaves and unsent messages are cancelled. A stopped journey does not start again."
        ),
        "stop_now": _("Stop it"),
        "migrate": _("Move people to the current version"),
        "versions": _("Versions and numbers"),
        "chosen": _("Chosen: %s"),
        "deleted": _("Deleted: %s"),
        "added": _("Added: %s"),
        "moved": _("Moved: %s"),
        "changed": _("Changed: %s"),
        "doubled": _("Duplicated: %s"),
        "undone": _("Undone."),
        "redone": _("Done again."),
        "refused": _("That cannot be done: %s"),
        "inside": _("inside now"),
        "passed": _("went through"),
        "held": _("held"),
        "left": _("left here"),
        "unsent": _("not sent"),
        "numbers": _("In numbers"),
        "simulated": _("Numbers of a simulation"),
        "live": _("Version %s is live"),
        "looked_at": _("Counted among at most %s people."),
        "canvas": _("The journey, step by step"),
        "keys": _(
            "Arrows walk, Enter edits, + adds below, Delete removes, Ctrl+D duplicates, Alt+arrows move, Ctrl+Z undoes."
        ),
        "line": _("line %s"),
        "someone": _("somebody"),
        "empty": _("empty"),
        "fit": _("Fit"),
        "share_hint": _("The shares must add up to 100%."),
        "zoom_in": _("Larger"),
        "zoom_out": _("Smaller"),
        "advanced": _("Fields that are not written yet"),
        "written_as": _("written as in the text"),
        "build": _("Build it"),
        "done": _("Done"),
        "cancel": _("Cancel"),
        "loading": _("One moment …"),
        "build_field": _("Build it: %s"),
    }
