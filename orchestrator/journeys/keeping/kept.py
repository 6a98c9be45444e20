"""KEPT: the models that no policy takes away, each under the reason why. `studio/keeping.py` says the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping

WHY: Mapping[str, tuple[str, ...]] = {
    # It is emptied by an erasure, or by the class of inactive customers, and not by age.
    "person": (
        "customers.Customer", "customers.Address", "customers.Identity", "segments.Membership", "segments.Score",
    ),
    # What holds now of a person: it ends when they say otherwise.
    "holds_now": ("consents.Consent", "consents.Suppression", "journeys.EntryTimer"),
    # Nobody's data: settings, drafts and what was published, which messages and passages are explained by.
    "setting": (
        "workspace.AlarmChannel", "workspace.Brand", "workspace.Topic", "workspace.Sequence", "workspace.Retention",
        "workspace.Workspace", "ingest.WriteKey", "sources.Connection",
        "webhooks.WebhookEndpoint", "consents.ConsentText", "consents.SignupForm",
        "segments.Segment", "messaging.Block", "catalog.Product",
        "messaging.Template", "messaging.TemplateVersion", "messaging.FrequencyCap", "messaging.QuietHoursRule",
        "messaging.RateLimit", "messaging.Price", "messaging.Budget", "journeys.Door", "journeys.Journey",
        "journeys.JourneyVersion",
    ),
    # Who let what run, and why it stopped: there are few, and somebody may have to answer for them.
    "answered_for": (
        "accounts.ApiKey", "journeys.PublishRequest", "journeys.PublishComment", "journeys.PublishNotice",
        "customers.PrivacyRequest",
        "customers.PrivacyComment", "customers.Import", "workspace.Halt", "messaging.ComplaintBreaker",
    ),
    # The audit log holds each entry by the one before it, and names no customer: nothing of it may go.
    "audit": ("workspace.AuditEntry",),
    # Sums, by which budgets and balances are known.
    "balance": ("messaging.Spending", "loyalty.PointsEntry", "segments.SegmentSize"),
    # It is overwritten, or goes by itself.
    "passing": (
        "segments.ScoreBasis", "segments.ScoreCut", "duplicates.DuplicateKey",
        "workspace.Heartbeat", "messaging.ProviderBreaker", "messaging.StepFault", "messaging.Subject",
        "journeys.UsualInterval", "journeys.Doorstep", "journeys.DraftEdit", "accounts.Attempts",
        "ingest.LiveCall", "customers.ImportPart", "customers.ImportProblem",
        "accounts.CallAnswer",
        "segments.Transition", "catalog.ProductPrice",
    ),
    # How staff sign in: it goes with their account.
    "account": ("accounts.Factor", "accounts.RecoveryCode", "accounts.IssuerLink"),
}  # fmt: skip
# A class takes the words out of these, or some of them away; the rows that stay are needed for ever, by their keys.
PARTLY: Mapping[str, str] = {
    "messaging.Message": "message",
    "journeys.Enrollment": "entry",
    "consents.ConsentRecord": "consent_proof",
    "customers.Customer": "inactive",
}


def kept() -> Mapping[str, str]:
    """Each model that is kept -> its reason."""
    return {label: why for why, labels in WHY.items() for label in labels}
