"""What the builder says."""

from __future__ import annotations

from django.utils.translation import gettext as _


def operators() -> dict[str, str]:
    """How values are compared, by operator."""
    return {
        "is": _("is"),
        "is_not": _("is not"),
        "in": _("is one of"),
        "not_in": _("is none of"),
        "above": _("is above"),
        "below": _("is below"),
        "at_least": _("is at least"),
        "at_most": _("is at most"),
        "contains": _("contains"),
        "before": _("is before"),
        "after": _("is after"),
        "exists": _("is known"),
    }


def texts() -> dict[str, str]:
    """Labels and buttons."""
    return _of_groups() | _of_parts() | _of_page()


def _of_groups() -> dict[str, str]:
    return {
        "all": _("all of these are true"),
        "any": _("at least one of these is true"),
        "none": _("none of these is true"),
        "not_all": _("not all of these are true"),
        "combinator": _("How these belong together"),
        "add_rule": _("Add a condition"),
        "add_group": _("Add a group"),
        "remove": _("Remove"),
        "remove_group": _("Remove this group"),
        "up": _("Move up"),
        "down": _("Move down"),
        "is": _("applies"),
        "not": _("does not apply"),
        "applies": _("Whether it applies"),
    }


def _of_parts() -> dict[str, str]:
    return {
        "kind": _("What it is about"),
        "kind_attribute": _("What we know of them"),
        "kind_event": _("What they did"),
        "kind_received": _("What they got from us"),
        "kind_consent": _("What they allow"),
        "kind_segment": _("Another segment"),
        "kind_score": _("A score"),
        "kind_yaml": _("A rule as text"),
        "attribute": _("Attribute"),
        "compare": _("Comparison"),
        "value": _("Value"),
        "values": _("Values, with commas between"),
        "yes": _("yes"),
        "no": _("no"),
        "as_text": _("text"),
        "as_number": _("number"),
        "as_flag": _("yes or no"),
        "value_kind": _("Kind of value"),
        "event": _("Event"),
        "within": _("In the last"),
        "any_time": _("at any time"),
        "unit": _("Of what"),
        "minutes": _("minutes"),
        "hours": _("hours"),
        "days": _("days"),
        "weeks": _("weeks"),
        "months": _("months"),
        "years": _("years"),
        "count": _("How often"),
        "sum": _("Amounts together"),
        "where": _("Only where"),
        "property": _("Property"),
        "more": _("Add:"),
        "how_often": _("how often"),
        "time": _("a time"),
        "amounts": _("a sum of amounts"),
        "condition": _("a detail"),
        "journey": _("Journey"),
        "any_journey": _("any"),
        "step": _("Step"),
        "channel": _("Channel"),
        "purpose": _("Purpose"),
        "marketing": _("marketing"),
        "transactional": _("transactional"),
        "segment": _("Segment"),
        "score": _("Score"),
        "share": _("Share, such as 10%"),
        "score_top": _("is among the highest"),
        "score_bottom": _("is among the lowest"),
        "choose": _("choose"),
        "written": _("The rule as text"),
    }


def _of_page() -> dict[str, str]:
    return {
        "name": _("Name"),
        "key": _("Key"),
        "key_hint": _("Journeys name the segment by it, so it stays as it is once it is saved."),
        "key_fixed": _("Journeys name the segment by it."),
        "rule": _("Rule"),
        "empty": _("Nobody is meant yet: add a first condition."),
        "in_words": _("In words"),
        "yaml": _("As text"),
        "show_yaml": _("Show the text"),
        "hide_yaml": _("Hide the text"),
        "who": _("Whom it concerns"),
        "counting": _("Counting …"),
        "mend": _("Mend what is marked, and it is counted again."),
        "examples": _("Some of them"),
        "no_examples": _("Nobody of those looked at."),
        "ask": _("Does somebody fulfil it?"),
        "ask_hint": _("External id or address"),
        "ask_button": _("Ask"),
        "fulfilled": _("true of them"),
        "not_fulfilled": _("not true of them"),
        "problems": _("What is wrong"),
        "save": _("Save"),
        "saving": _("Saving …"),
        "saved": _("Saved. Who is in it is found anew in the background; nobody enters a journey by that."),
        "unsaved": _("not saved yet"),
        "take_theirs": _("Load it anew"),
        "keep_mine": _("Keep mine"),
        "open_segment": _("To the segment's page"),
        "failed": _("That did not work: %s"),
    }
