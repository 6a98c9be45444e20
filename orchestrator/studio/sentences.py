"""What became of a message, as one would tell it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.studio import words


def say_message(message: Message) -> str:
    """ "SMS not sent: quiet hours" """
    told, why = say_state(message), words.reason(message.reason)
    return f"{told}: {why}" if why and message.state not in _PLAIN else told


def say_state(message: Message) -> str:
    """ "SMS not sent" """
    told = _told(message).replace("{channel}", words.channel(message.channel))
    return told[:1].upper() + told[1:]


_PLAIN = {State.ACCEPTED}


def _told(message: Message) -> str:
    state = message.state
    if state == State.PLANNED:
        return (
            _("{channel} message held")
            if message.first_held_at
            else _("{channel} message waits for its time")
        )
    return {
        State.LEASED: _("{channel} message is being prepared"),
        State.HANDING_OFF: _("{channel} message is being handed off"),
        State.RETRY_WAIT: _("{channel} message will be tried again"),
        State.UNCERTAIN: _("{channel} message may have left"),
        State.ACCEPTED: _("{channel} message accepted by the provider"),
        State.UNKNOWN: _("{channel} message may have left, and nobody will know"),
        State.REJECTED: _("{channel} message refused by the provider"),
        State.FAILED: _("{channel} message failed"),
        State.SKIPPED: _("{channel} message not sent"),
        State.GHOST: _("{channel} message not sent, to measure what it would have earned"),
        State.EXPIRED: _("{channel} message expired before it could be sent"),
        State.CANCELLED: _("{channel} message cancelled"),
        State.RENDER_FAILED: _("{channel} message could not be written"),
        State.DEAD: _("{channel} message given up, it stopped worker after worker"),
    }[State(state)]
