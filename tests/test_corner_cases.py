"""The table of corner cases: each with the tests that hold it. One that names a test which is not there fails."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.environment import ROOT

HELD: dict[str, list[str]] = {
    "DST gap, fold, 23- and 25-hour days": [
        "scenarios/test_clock_changes.py::test_a_wait",
        "scenarios/test_clock_changes.py::test_a_window",
        "scenarios/test_clock_changes.py::test_quiet_hours_until_half_past_two",
        "scenarios/test_clock_changes.py::test_a_birthday_at_an_hour_that_is_not_or_comes_twice",
        "scenarios/test_clock_changes.py::test_a_cap_by_the_day_goes_by_the_date_and_a_rolling_one_by_the_hours",
    ],
    "birthday 29 Feb": [
        "scenarios/test_dates.py::test_born_on_29_february",
        "scenarios/test_dates.py::test_a_birthday_without_its_year_will_do",
    ],
    "birthday edited to today, or after sending": [
        "scenarios/test_corner_cases.py::test_a_birthday_edited_to_today_before_nine_is_wished_today_and_next_year",
        "scenarios/test_dates.py::test_a_birthday_edited_to_today_after_nine_waits_for_next_year",
        "scenarios/test_corner_cases.py::test_a_birthday_put_back_after_the_wish_brings_no_second_gift",
    ],
    "31st of the month": [
        "scenarios/test_clock_changes.py::test_a_month_from_the_31st_ends_on_the_last_day",
    ],
    "zone unknown, invalid, changed in flight": [
        "scenarios/test_zones.py::test_the_rung_is_kept_with_the_wait_and_with_the_message",
        "scenarios/test_zones.py::test_a_zone_that_is_none_is_passed_over_and_told_once",
        "scenarios/test_zones.py::test_who_moved_east_in_the_night_gets_it_by_their_new_morning",
        "scenarios/test_zones.py::test_who_moved_west_in_the_night_waits_for_their_new_morning",
        "scenarios/test_zones.py::test_a_wait_whose_time_has_passed_where_they_moved_to_ends_now",
    ],
    "consent withdrawn between decision and hand-off": [
        "scenarios/test_permission.py::test_what_was_planned_before_the_withdrawal_is_cancelled_at_once_and_stays_so",
        "scenarios/test_corner_cases.py::test_consent_taken_back_between_the_decision_and_the_hand_off_does_not_revive",
    ],
    "late, future, duplicate events": [
        "scenarios/test_corner_cases.py::test_a_late_event_counts_in_rules_and_starts_nothing",
        "scenarios/test_corner_cases.py::test_an_event_of_the_future_waits_up_to_five_minutes_and_beyond_is_of_now",
        "scenarios/test_corner_cases.py::test_an_event_delivered_twice_happened_once",
        "scenarios/test_downtime.py::test_an_event_older_than_a_day_by_now_starts_nothing",
        "events/test_record.py::test_more_than_five_minutes_in_the_future_becomes_now",
    ],
    "journey edited, step removed while someone waits in it": [
        "scenarios/test_choices.py::test_a_published_version_holds_those_who_are_in_it",
        "scenarios/test_versions.py::test_a_step_removed_while_someone_waits_in_it_is_finished_on_their_version",
        "scenarios/test_versions.py::test_nobody_is_moved_without_being_asked_and_a_removed_step_must_be_mapped",
        "scenarios/test_any_migration.py::test_after_any_migration",
    ],
    "address changed after planning": [
        "scenarios/test_content.py::test_an_address_changed_while_it_waits_is_the_one_that_gets_it",
        "scenarios/test_corner_cases.py::test_a_new_address_gets_it_only_where_it_may",
    ],
    "cap lowered while messages are held": [
        "scenarios/test_corner_cases.py::test_a_cap_lowered_while_messages_are_held_holds_them_by_the_new_cap",
        "scenarios/test_corner_cases.py::test_a_cap_lowered_to_less_than_was_sent_rewrites_nothing",
    ],
    "two journeys, last slot, two workers": [
        "messaging/test_last_slot.py::test_exactly_one_is_reserved_and_the_other_waits_for_it",
    ],
    "milestone crossed back and forth": [
        "scenarios/test_milestones.py::test_a_mark_crossed_back_and_forth_is_celebrated_once",
        "scenarios/test_milestones.py::test_armed_again_below_a_number_a_mark_is_celebrated_again",
        "scenarios/test_milestones.py::test_armed_again_in_each_month_the_total_begins_anew",
    ],
    "inactivity, then a purchase in the same minute": [
        "scenarios/test_endings.py::test_bought_in_the_very_minute_in_which_silence_let_them_in",
    ],
    "erasure in mid-journey, receipt arriving later": [
        "scenarios/test_erasure.py::test_erased_in_mid_wait",
        "scenarios/test_erasure.py::test_between_the_claim_and_the_gate_the_gate_refuses",
        "scenarios/test_erasure.py::test_in_mid_call_the_answer_is_kept_without_a_word_of_them",
        "scenarios/test_erasure.py::test_a_receipt_that_comes_later_is_counted_without_them",
        "scenarios/test_erasure.py::test_nothing_of_them_is_left_anywhere",
        "scenarios/test_erasure.py::test_the_number_of_the_erasure_is_above_all_that_left",
    ],
    "replenishment": [
        "scenarios/test_replenishment.py::test_after_as_long_as_they_usually_take",
        "scenarios/test_replenishment.py::test_with_too_few_of_their_own_the_groups_median_counts",
        "scenarios/test_replenishment.py::test_where_neither_says_anything_nobody_is_reminded",
        "scenarios/test_replenishment.py::test_a_purchase_resets",
        "scenarios/test_replenishment.py::test_bought_in_the_very_minute_in_which_the_timer_is_due",
        "scenarios/test_replenishment.py::test_two_groups_run_side_by_side",
    ],
    "template error, missing variable": [
        "scenarios/test_content.py::test_one_that_cannot_be_rendered_fails_alone_and_says_where",
        "scenarios/test_unrendered.py::test_the_sixth_waits_and_goes_when_it_can_be_rendered",
    ],
    "merge of two customers": [
        "scenarios/test_merges.py::test_the_survivors_values_hold_and_what_they_lack_is_filled",
        "scenarios/test_merges.py::test_the_latest_word_holds",
        "scenarios/test_merges.py::test_of_two_words_of_one_moment_the_withdrawal_holds",
        "scenarios/test_merges.py::test_suppressions_are_united",
        "scenarios/test_merges.py::test_caps_are_united",
        "messaging/test_merge.py::test_two_workers_at_the_gate_while_their_people_become_one",
        "scenarios/test_merges.py::test_of_two_passages_of_one_journey_the_earlier_stays",
        "scenarios/test_merges.py::test_what_the_merged_did_starts_nothing_again",
        "scenarios/test_merges.py::test_a_mark_that_only_both_together_have_passed_is_not_celebrated",
        "scenarios/test_merges.py::test_a_segment_that_both_together_belong_to_is_not_entered_aloud",
    ],
    "an event renamed upstream": [
        "domain/test_silence.py::test_longer_than_twice_the_longest_pause",
        "studio/test_silent.py::test_a_live_journey_whose_event_was_renamed_is_named",
    ],
}


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests that a file holds; none if it is not there."""
    path = ROOT / "tests" / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    )


@pytest.mark.parametrize("case", HELD)
def test_the_case_is_held_by_tests_that_are_there(case: str) -> None:
    named = [tuple(test.split("::")) for test in HELD[case]]
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in names_in(file)] == []
