"""`update: {tier: gold}`: set attributes of the person, give or take tags. What follows sees it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from orchestrator.domain.definition.fields import Refused
from orchestrator.sdk import Act, Change, Outcome, StepFacts, StepKind, StepParams

MOST_ATTRIBUTES = 20
MOST_TAGS = 20
LONGEST_TEXT = 500
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_KEPT_ELSEWHERE = frozenset({"language", "country", "time_zone", "tags"})


def _settable(attributes: dict[str, Any]) -> dict[str, Any]:
    if len(attributes) > MOST_ATTRIBUTES:
        raise Refused(f"this sets {len(attributes)} attributes", f"Set {MOST_ATTRIBUTES} at most.")
    for name, value in attributes.items():
        if not _NAME.fullmatch(str(name)):
            raise Refused(f"`{name}` is no name of an attribute", "Write it like `loyalty_tier`.", (name,))
        if name in _KEPT_ELSEWHERE:
            raise Refused(f"`{name}` is not for a journey to set", "Set an attribute of your own.", (name,))
        if not (value is None or isinstance(value, (str, int, float, bool))):
            raise Refused(f"`{name}` is set to a {type(value).__name__}", "Use a text or a number.", (name,))
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise Refused(f"`{name}` is longer than {LONGEST_TEXT} characters", "Shorten it.", (name,))
    return attributes


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if len(tags) > MOST_TAGS:
        raise Refused(f"{len(tags)} tags at once", f"Name {MOST_TAGS} at most.")
    for index, tag in enumerate(tags):
        if not _TAG.fullmatch(tag):
            raise Refused(f"`{tag}` is no tag", "Write it in small letters, like `vip`.", (index,))
    return tags


TagsField = Annotated[tuple[str, ...], AfterValidator(_tags)]


class UpdateParams(StepParams):
    """Attributes by name (`null` removes one); tags to give and to take."""

    attributes: Annotated[dict[str, Any], AfterValidator(_settable)] = Field(default_factory=dict)
    add_tags: TagsField = ()
    remove_tags: TagsField = ()


class Update(StepKind[UpdateParams]):
    """Changes what is known of the person. It is no message: held-out people are changed as well."""

    name = "update"
    head = "attributes"
    title = "Update the customer"
    Params = UpdateParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: UpdateParams, facts: StepFacts, now: datetime) -> Outcome:
        """Change it and go on."""
        return Act((Change(params.attributes, params.add_tags, params.remove_tags),))

    def sentence(self, params: UpdateParams) -> str:
        """Update: tier = gold, tag vip."""
        parts = [f"{name} = {value}" for name, value in params.attributes.items()]
        parts += [f"tag {tag}" for tag in params.add_tags] + [f"no tag {tag}" for tag in params.remove_tags]
        return f"Update: {', '.join(parts)}" if parts else self.title
