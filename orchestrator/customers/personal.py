"""PERSONAL: what of a person each field may hold, and what becomes of it when they are erased.

A model stands in one of three lists; a field that stands nowhere fails a test, so that whoever adds one decides.
Data protection reads this page (RODO art. 17 and 30); the rooms' `erasing.py` do what it says.
"""

from __future__ import annotations

# Whole rows that go.
REMOVED = frozenset(
    {
        "customers.Address",
        # Files that were brought in may name anybody: all of them go.
        "customers.ImportPart",
        "customers.ImportProblem",
        "ingest.DeadLetter",
        "ingest.LiveCall",
        "sources.KeptDelivery",
        "consents.Consent",
        "segments.Membership",
        "segments.Transition",
        "segments.Score",
        "duplicates.DuplicateKey",
        "duplicates.LikelyDuplicate",
        "messaging.MessageBody",
        "messaging.MailboxMessage",
        "journeys.Doorstep",
        "journeys.EntryTimer",
    }
)

# Rows that stay, emptied: field -> what becomes of it. Fields not named here stand in KEPT.
EMPTIED: dict[str, dict[str, str]] = {
    "customers.Customer": {
        "external_id": "its keyed hash",
        "language": "empty",
        "country": "empty",
        "time_zone": "empty",
        "last_seen_zone": "empty",
        "attributes": "empty",
        "personalization": "none",
        "own_limit": "empty",
        "paused_until": "empty",
        "restricted_at": "empty",
    },
    "customers.Identity": {"value": "its keyed hash"},
    "customers.PrivacyRequest": {
        "customer": "empty",
        "identity": "empty",
        "extended_why": "empty",
        "extended_told": "empty",
        "answer": "empty",
    },
    "customers.PrivacyComment": {"text": "empty"},
    "events.Event": {"key": "a mark", "properties": "empty"},
    "consents.ConsentRecord": {"text": "empty", "proof": "empty"},
    "consents.Suppression": {"detail": "empty"},
    "loyalty.PointsEntry": {"why": "empty"},
    "messaging.Message": {
        "parameters": "empty",
        "address": "empty",
        "reference": "its keyed hash",
        "zone": "empty",
        "zone_rung": "empty",
        "consent_as_stood": "empty",
    },
    "messaging.Decision": {"evidence": "empty"},
    "messaging.DeliveryAttempt": {"reference": "empty", "detail": "empty"},
    "messaging.Receipt": {},
    "messaging.PastMessage": {"title": "empty"},
    "webhooks.WebhookDelivery": {"answer": "empty"},
    "journeys.Enrollment": {"entry_key": "empty", "once_key": "empty", "entry_properties": "empty"},
    "journeys.StepRun": {"evidence": "empty"},
}

# What stays of emptied rows: numbers, times, and words of ours; keyed hashes, by which nobody is found who is not
# known already.
KEPT: dict[str, str] = {
    "customers.Customer": "id created_at updated_at erased_at erased_number erase_due_at merged_into"
    " changed_pending",
    "customers.Identity": "id kind customer created_at",
    "customers.PrivacyRequest": "id kind came_by received_on due_on extended_on identity_by identity_at state taken_by"
    " made_by made_at closed_by closed_at refusal result",
    "customers.PrivacyComment": "id request author said_at",
    "events.Event": "id customer name occurred_at received_at amount backfilled pending",
    "consents.ConsentRecord": "id customer brand channel purpose topic state recorded_at number text_version language"
    " source legal_basis",
    "consents.Suppression": "id brand channel digest reason created_at",
    "loyalty.PointsEntry": "id customer points source key awarded_at",
    "messaging.Message": "id key customer brand enrollment_id journey version step visit template_version channel purpose"
    " topic priority journey_at held_out obeys_caps counts_toward_caps on_cap test state reason created_at due_at"
    " expires_at first_held_at handed_off_at final_at delivered_at bounced_at fence claim lease_until maybe_sent"
    " crash_count attempts number counted_at released_at parts cost charged address_digest provider wake_pending",
    "webhooks.WebhookDelivery": "id key endpoint customer kind data happened_at created_at state due_at attempts code"
    " reason took_ms tried_at final_at",
    "messaging.PastMessage": "id key customer brand system channel purpose topic sent_at address_digest stored_at",
    "messaging.Decision": "id message decided_at outcome reason until",
    "messaging.DeliveryAttempt": "id message number fence provider settled_at outcome",
    "messaging.Receipt": "id key provider kind message occurred_at received_at machine",
    "journeys.Enrollment": "id journey version customer status reason entered_at finished_at expires_at held_out step"
    " visit hops arrived_at due_at awaits sending urgent goal_until goal_met_at let_in_at",
    "journeys.StepRun": "id enrollment step visit entered_at left_at outcome reason",
}

# Rows that are about nobody.
NOBODYS = frozenset(
    {
        # Of staff and of programs, never of customers; they go with their users.
        "accounts.ApiKey",
        "accounts.Attempts",
        "accounts.CallAnswer",
        "accounts.Factor",
        "accounts.IssuerLink",
        "accounts.RecoveryCode",
        "workspace.Alarm",
        "workspace.AlarmChannel",
        "workspace.AlarmNotice",
        "workspace.AuditEntry",
        "workspace.Brand",
        "workspace.Topic",
        "workspace.Sequence",
        "workspace.Halt",
        "workspace.Heartbeat",
        "workspace.Retention",
        "workspace.Workspace",
        "consents.ConsentText",
        "consents.SignupForm",
        "customers.Import",
        "ingest.WriteKey",
        "catalog.Product",
        "catalog.ProductPrice",
        "sources.Connection",
        "webhooks.WebhookEndpoint",
        "segments.Segment",
        "segments.SegmentSize",
        "duplicates.DuplicateSearch",
        "segments.ScoreBasis",
        "segments.ScoreCut",
        "messaging.Block",
        "messaging.Template",
        "messaging.TemplateVersion",
        "messaging.ProviderBreaker",
        "messaging.ComplaintBreaker",
        "messaging.StepFault",
        "messaging.FrequencyCap",
        "messaging.QuietHoursRule",
        "messaging.RateLimit",
        "messaging.Subject",
        "messaging.Price",
        "messaging.Budget",
        "messaging.Spending",
        "journeys.Door",
        "journeys.Journey",
        "journeys.JourneyVersion",
        "journeys.Launch",
        "journeys.DraftEdit",
        "journeys.PublishComment",
        "journeys.PublishNotice",
        "journeys.PublishRequest",
        "journeys.Simulation",
        "journeys.UsualInterval",
    }
)
