"""Every address of the installation that answers a POST says what it notes in the audit log, or why nothing.

A new one without an answer here fails.
"""

from __future__ import annotations

import pytest

from tests.studio import matrix

# Django's lists and histories answer a POST as they do a GET.
READ_ONLY = ("_changelist", "_history")
# The three pages of a model that may be edited: `NotedAdmin` notes them.
FORMS = {"_add": "created", "_change": "changed", "_delete": "deleted"}
NOTED = {
    "admin:account": "factor_removed or changed",
    "admin:accounts_apikey_add": "key_made",
    "admin:accounts_apikey_revoke": "key_retired",
    "admin:accounts_apikey_rotate": "key_rotated",
    "admin:auth_user_factor_reset": "factor_reset",
    "admin:factor_set_up": "factor_set_up",
    "admin:auth_user_password_change": "changed",
    "admin:customers_customer_merge": "merged",
    "admin:customers_customer_object": "objected",
    "admin:customers_customer_right": "exported, erased, restricted or lifted",
    "admin:customers_import_act": "imported",
    "admin:customers_privacyrequest_act": "exported, erasure_ordered, erased, restricted, lifted, objected, rectified, changed,"
    " commented, identity_checked, request_extended, request_refused, request_withdrawn or request_done",
    "admin:customers_privacyrequest_new": "request_received",
    "admin:duplicates_likelyduplicate_act": "merged, told_apart or asked_again",
    "admin:ingest_writekey_revoke": "key_retired",
    "admin:ingest_writekey_rotate": "key_rotated",
    "admin:sources_connection_rotate": "key_rotated",
    "admin:webhooks_webhookdelivery_resend": "resent",
    "admin:webhooks_webhookendpoint_resend": "resent",
    "admin:webhooks_webhookendpoint_rotate": "key_rotated",
    "admin:webhooks_webhookendpoint_test": "sent_test",
    "webhook": "changed or deleted",
    "webhook_resend": "resent",
    "webhook_rotate": "key_rotated",
    "webhook_test": "sent_test",
    "webhooks": "key_made",
    "admin:journeys_journey_back": "changed",
    "admin:journeys_journey_begin": "created",
    "admin:journeys_journey_canvas_save": "changed, once in ten minutes of one person's drawing",
    "admin:journeys_journey_migrate": "moved",
    "admin:journeys_journey_pause": "paused",
    "admin:journeys_journey_people": "let_in or taken_out, once for a list",
    "admin:journeys_journey_publish": "published, approval_asked, approved, declined, approval_void or changed",
    "admin:journeys_journey_resume": "resumed",
    "admin:journeys_journey_send_once": "published or created",
    "admin:journeys_journey_stop": "stopped",
    "admin:journeys_journey_test": "sent_test",
    "admin:journeys_publishrequest_comment": "commented",
    "admin:login": "signed_in or sign_in_failed",
    "admin:logout": "signed_out",
    "admin:messaging_complaintbreaker_close": "let_go_on",
    "admin:messaging_template_editor_discard": "discarded",
    "admin:messaging_template_editor_publish": "published",
    "admin:messaging_template_editor_save": "changed, once in ten minutes of one person's writing",
    "admin:messaging_template_editor_test": "sent_test",
    "admin:password_change": "changed",
    "admin:segments_segment_builder_save": "created or changed",
    "journey_pause": "paused",
    "journey_resume": "resumed",
    "admin:segments_segment_filtered": "changed, once for all whom the filter finds",
    "admin:segments_segment_list": "created",
    "admin:segments_segment_one": "changed",
    "admin:segments_segment_people": "changed, once for a list",
    "admin:segments_segment_bring": "created",
}
NOTHING = {
    "api_nowhere": "there is nothing at it",
    "customer_addresses": "programs call it for each of their customers: the address is the row",
    "customer_consents": "the person's own word: the consent ledger has it with its proof",
    "customers": "programs call it for each of their customers: the customer is the row",
    "customers_batch": "programs call it for each of their customers: the customer is the row",
    "events_batch": "programs call it for each of their customers: the event is the row",
    "product": "programs call it for each of their products: the product is the row",
    "products_batch": "programs call it for each of their products: the product is the row",
    "admin:app_list": "a list",
    "admin:customers_import_new": "the file is kept; what is done with it is noted as it begins and ends",
    "admin:duplicates_likelyduplicate_look": "a search changes nobody, and its row says when",
    "admin:ingest_deadletter_replay": "what a program sent is taken: the event is the row",
    "admin:sources_keptdelivery_replay": "what a shop told is taken: the event is the row",
    "admin:ingest_writekey_watch": "only looks, for ten minutes",
    "admin:index": "a list",
    "admin:journeys_journey_calendar": "only looks",
    "admin:journeys_journey_canvas_check": "only looks",
    "admin:journeys_journey_canvas_edit": "answers a text, and keeps none",
    "admin:journeys_journey_canvas_form": "only looks",
    "admin:journeys_journey_simulate": "a simulation changes nothing, and its row says who asked",
    "admin:messaging_frequencycap_pressure": "only looks",
    "admin:messaging_template_editor_letter": "only looks",
    "admin:messaging_template_editor_look": "only looks",
    "admin:messaging_template_editor_people": "only looks",
    "admin:search": "only looks",
    "admin:segments_segment_builder_ask": "only looks",
    "admin:segments_segment_builder_count": "only looks",
    "admin:segments_segment_builder_look": "only looks",
    "admin:view_on_site": "leads elsewhere",
    "admin:workspace_alarmchannel_test": "a letter to the recipient; the telling is a row",
    "confirm": "the person's own act: the consent ledger has it with its proof",
    "enrollments": "programs call it for each of their customers: the passage is the row",
    "form": "the person's own act: the consent ledger has it with its proof",
    "come_in": "shops and helpdesks tell what customers do: the event is the row",
    "ingest": "programs tell what customers do: the event is the row",
    "hook": "a provider's report: the receipt is the row",
    "preferences": "the person's own act: the consent ledger has it with its proof",
    "set_language": "one's own display",
    "unsubscribe": "the person's own act: the consent ledger has it with its proof",
}


def acting() -> list[str]:
    """The URLs at which somebody may act."""
    return [name for name, cells in matrix.table().items() if any("w" in cell for cell in cells.values())]


def answered(name: str) -> bool:
    if name in NOTED or name in NOTHING:
        return True
    return name.startswith("admin:") and name.endswith((*READ_ONLY, *FORMS))


def test_every_address_that_acts_says_what_it_notes() -> None:
    silent = [name for name in acting() if not answered(name)]
    assert silent == [], "say in NOTED or NOTHING what it notes, or why nothing"


def test_no_answer_is_about_an_address_that_is_gone() -> None:
    assert set(NOTED) | set(NOTHING) <= set(acting())
    assert set(NOTED) & set(NOTHING) == set()


def test_what_is_said_to_be_noted_is_of_the_closed_list() -> None:
    from orchestrator.workspace.actions import Action

    for words in NOTED.values():
        for word in words.partition(", once")[0].replace(" or ", ", ").split(", "):
            assert word in Action.values


def test_every_page_that_can_be_edited_notes_it() -> None:
    from django.contrib import admin

    from orchestrator.studio.admin.noted import NotedAdmin

    assert [
        model.__name__ for model, page in admin.site._registry.items() if not isinstance(page, NotedAdmin)
    ] == []


@pytest.mark.parametrize("name", ["admin:new_page", "admin:journeys_journey_explode"])
def test_an_address_without_an_answer_is_found(name: str) -> None:
    assert not answered(name)
