"""A rule asked for a score: `why` names it, what it was then, and when it had been computed."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Journey, StepRun
from orchestrator.segments.scored import Score
from orchestrator.studio.why import why
from orchestrator.studio.why_lines import tell
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

BY_SCORE = """
- choose:
    - when: {score: rfm_group, is: champions}
      then: [{send: thanks, id: thanks}]
  id: which
"""


def scored(world: World, customer: int, group: str, **more: object) -> None:
    computed_at = world.now - timedelta(hours=9)
    Score.objects.update_or_create(
        customer_id=customer, defaults={"computed_at": computed_at, "rfm_group": group, **more}
    )


def asked(customer: int) -> str:
    answer = why(Customer.objects.get(pk=customer), Journey.objects.get(), World().now, 5)
    return "\n".join(tell(answer))


def test_it_says_which_score_decided_its_value_and_when_it_was_computed(world: World) -> None:
    world.publish(with_steps("club", BY_SCORE), thanks="")
    anna, bela, carl = world.person(), world.person("bela"), world.person("carl")
    scored(world, anna, "champions", net=100)
    scored(world, bela, "")
    for one in (anna, bela, carl):
        world.event(one, "club.wanted")
    world.run(minutes=1)
    scored(world, anna, "lost")  # what it became since is not what decided
    runs = StepRun.objects.filter(step="which").order_by("enrollment__customer")
    then = "2026-03-02T03:00:00+00:00"
    assert [(one.evidence["scores"], one.evidence["scores_computed_at"]) for one in runs] == [
        ({"rfm_group": "champions"}, then),
        ({"rfm_group": None}, then),
        ({"rfm_group": None}, None),
    ]
    assert "RFM group: champion (computed March 2, 2026, 3 a.m.)" in asked(anna)
    assert "RFM group: not known (computed March 2, 2026, 3 a.m.)" in asked(bela)
    assert "RFM group: not known (never computed)" in asked(carl)


def test_a_rule_that_asks_for_no_score_says_nothing_of_any(world: World) -> None:
    steps = BY_SCORE.replace("{score: rfm_group, is: champions}", "{attribute: first_name, is: Anna}")
    world.publish(with_steps("club", steps), thanks="")
    anna = world.person()
    scored(world, anna, "champions")
    world.event(anna, "club.wanted")
    world.run(minutes=1)
    evidence = StepRun.objects.get(step="which").evidence
    assert not {"scores", "scores_computed_at"} & set(evidence)
    assert "RFM" not in asked(anna)
