"""What the public pages say about channels and topics. The ledger keeps these words, so each is one whole sentence."""

from __future__ import annotations

from django.utils.translation import get_language, gettext, gettext_lazy

from orchestrator import registry
from orchestrator.tracking.letter import Letter
from orchestrator.workspace.models import Topic

LIMITS = {
    "": gettext_lazy("no limit of my own"),
    "day": gettext_lazy("once a day"),
    "week": gettext_lazy("once a week"),
    "month": gettext_lazy("once a month"),
}
PERSONALIZATION = {
    "full": (
        gettext_lazy("Full"),
        gettext_lazy("What a message says may depend on what you bought, looked at and told us."),
    ),
    "basic": (
        gettext_lazy("Only my name"),
        gettext_lazy("Messages call you by your name and use nothing else we know about you."),
    ),
    "none": (
        gettext_lazy("None"),
        gettext_lazy("Messages say the same to everybody and do not use even your name."),
    ),
}
_CHANNELS = {"email": gettext_lazy("email"), "sms": gettext_lazy("SMS"), "push": gettext_lazy("push")}


def channel_title(channel: str) -> str:
    """What people call the channel; for one that a plugin brings, the plugin's word."""
    if channel in _CHANNELS:
        return str(_CHANNELS[channel])
    known = registry.current().channels.get(channel)
    return known.title if known else channel


def topic_titles() -> dict[str, str]:
    """Every topic's title by its key, in the language that is active."""
    language = (get_language() or "en").partition("-")[0]
    return {
        key: str(title.get(language) or title.get("en") or key)
        for key, title in Topic.objects.values_list("key", "title")
    }


def only_topic(letter: Letter) -> str:
    """The button that withdraws one topic."""
    title = topic_titles().get(letter.topic, letter.topic)
    return gettext("Only this topic: %(topic)s") % {"topic": title}


def everything(letter: Letter) -> str:
    """The button that withdraws the whole channel."""
    return gettext("Everything from %(brand)s (%(channel)s)") % {
        "brand": letter.brand.name,
        "channel": channel_title(letter.channel),
    }


def all_channels(letter: Letter) -> str:
    """The button that withdraws every channel."""
    return gettext("Switch off everything from %(brand)s") % {"brand": letter.brand.name}


def objection() -> str:
    """The button that objects."""
    return gettext("I object to marketing and profiling")


def switch(letter: Letter, channel: str, topic: str, titles: dict[str, str]) -> str:
    """What a switch says: the sentence that ticking it agrees to."""
    words = {"brand": letter.brand.name, "channel": channel_title(channel)}
    if topic:
        return gettext("%(topic)s (%(channel)s)") % {**words, "topic": titles.get(topic, topic)}
    return gettext("I want %(brand)s to send me offers and news (%(channel)s)") % words
