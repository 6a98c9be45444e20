"""CONSENTING: whether a person's consent, as it stands and as it stood since a message was planned, lets it through."""

from __future__ import annotations

from orchestrator.domain.gate_facts import Candidate, ConsentFact, Evidence, Outcome, Verdict


def about_consent(message: Candidate, consent: ConsentFact) -> Verdict | None:
    """What stands against a marketing message; None where its channel and topic are allowed, and were all the time."""
    if consent.state == "granted" and consent.topic_state != "withdrawn" and not _was_withdrawn(consent):
        return None
    evidence: Evidence = {"channel": message.channel, "purpose": message.purpose}
    if consent.changed_at is not None:
        evidence |= {
            "changed_at": consent.changed_at.isoformat(),
            "record": consent.record,
            "source": consent.source,
        }
    if consent.state == "withdrawn":
        late = consent.changed_at is not None and consent.changed_at >= message.created_at
        return Verdict(Outcome.CANCEL if late else Outcome.SKIP, "consent_withdrawn", evidence=evidence)
    if consent.state != "granted":
        return Verdict(Outcome.SKIP, "consent_pending" if consent.state else "no_consent", evidence=evidence)
    if consent.topic_state == "withdrawn":
        return Verdict(Outcome.SKIP, "topic_unsubscribed", evidence=evidence | {"topic": message.topic})
    return _withdrawn_meanwhile(message, consent, evidence)


def _was_withdrawn(consent: ConsentFact) -> bool:
    return consent.withdrawn_at is not None or consent.topic_withdrawn_at is not None


def _withdrawn_meanwhile(message: Candidate, consent: ConsentFact, evidence: Evidence) -> Verdict | None:
    """Granting again is for what comes after; a message planned before the withdrawal stays withdrawn."""
    for reason, at in (
        ("consent_withdrawn", consent.withdrawn_at),
        ("topic_unsubscribed", consent.topic_withdrawn_at),
    ):
        if at is not None and at >= message.created_at:
            return Verdict(Outcome.CANCEL, reason, evidence=evidence | {"withdrawn_at": at.isoformat()})
    return None
