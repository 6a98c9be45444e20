"""A message to an audience, once: written shorter, looked at before, sent in waves, halted and stopped."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.audiences import AudienceTrigger
from orchestrator.domain.splits import held_out
from orchestrator.journeys.launching import launch
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion, Launch
from orchestrator.journeys.staircase import Imagined, staircase
from orchestrator.journeys.stop import stop
from orchestrator.journeys.versions import version
from orchestrator.messaging.models import Message
from tests.scenarios.world import EMAIL, WARSAW, World

WHO = "who: {attribute: club, is: true}"
WAVES = "pace: {waves: [10%, 30%, 60%], every: 1 hour, stop_if: {complaints: 0.1%, bounces: 2%}}"
SALT = "11111111-2222-3333-4444-555555555555"  # who is in which wave, and who is held out, hangs on it
AT = datetime(2026, 3, 3, 10, 0, tzinfo=WARSAW)


def campaign(world: World, more: str = "", audience: str = "", via: str = "email") -> None:
    world.workspace(salt=SALT)
    text = (
        "campaign: sale\ntitle: Spring sale\n"
        f'audience: {{{WHO}, at: "2026-03-03 10:00"{audience}}}\n'
        f"send: sale\nvia: [{via}]\n{more}"
    )
    world.publish(text, sale=EMAIL.format(key="sale") + "sms:\n  en: hello\n")


def members(world: World, count: int, **fields: object) -> list[int]:
    return [world.person(f"p{number}", attributes={"club": True}, **fields) for number in range(count)]  # type: ignore[arg-type]


def look(world: World) -> Imagined:
    definition = version(JourneyVersion.objects.get().id).definition
    (trigger,) = definition.entry.triggers
    assert isinstance(trigger, AudienceTrigger)
    return Imagined.of(definition, trigger)


def test_a_campaign_is_a_journey_of_one_send(world: World):
    anna, _ = members(world, 1), world.person("bela")
    campaign(world)
    world.run(days=2)
    assert world.sent() == [("Tue 10:00", "send")]
    assert list(Enrollment.objects.values_list("customer_id", "status")) == [(anna[0], "completed")]
    assert JourneyVersion.objects.get().definition["journey"] == "sale"
    assert Journey.objects.get().title == "Spring sale"


def test_the_staircase_says_where_people_stop(world: World):
    got = members(world, 3)
    world.person("nobody")
    club = {"club": True}
    world.person("x1", consents=(), attributes=club)
    world.person("x2", attributes=club, addresses={"sms": "+48600100201"})
    got.append(world.person("x3", consents=("sms",), attributes=club, addresses={"sms": "+48600100202"}))
    world.person("x4", attributes={**club, "staff": True})
    campaign(world, "only_if: {not: {attribute: staff, is: true}}\nholdout: 50%\n", via="email, sms")
    seen = staircase(look(world), world.now)
    # Ids differ from database to database, and who is held out hangs on them: all four may be.
    held = sum(held_out(f"{SALT}:sale", str(one), 5000) for one in got)
    assert seen.steps == Counter(
        audience=7, let_in=6, consented=5, reachable=4, not_held_out=4 - held, not_capped=4 - held
    )
    assert seen.kept == Counter(only_if=1, no_consent=1, no_address=1, holdout=held)
    assert seen.gets_at == Counter({"2026-03-03 10": 4 - held})
    assert (Enrollment.objects.count(), Message.objects.count()) == (0, 0)


def test_the_staircase_foretells_what_is_sent(world: World):
    # Ids differ from database to database, and who is held out hangs on them.
    tired = next(one for one in members(world, 21) if not held_out(f"{SALT}:sale", str(one), 2000))
    world.publish("journey: other\nentry: {event: go.go}\nsteps:\n  - send: hi\n    id: hi\n", hi="")
    world.now = AT - timedelta(hours=1)
    world.event(tired, "go.go")
    world.run(minutes=1)
    campaign(world, "holdout: 20%\n")
    definition = version(JourneyVersion.objects.get(journey__key="sale").id).definition
    seen = staircase(Imagined.of(definition, definition.entry.triggers[0]), world.now)  # type: ignore[arg-type]
    world.run_to(AT + timedelta(minutes=1))
    states = [state for _, state, _ in world.messages() if state]
    assert seen.kept["minimum_gap"] + seen.kept["capped"] == 1
    assert states.count("ghost") == seen.kept["holdout"]
    assert states.count("accepted") - 1 == sum(seen.gets_at.values())


def test_at_night_an_sms_is_got_in_the_morning(world: World):
    world.person("anna", consents=("sms",), attributes={"club": True})
    audience = f'{{{WHO}, at: "2026-03-03 23:00"}}'
    text = f"campaign: sale\naudience: {audience}\nsend: sale\nvia: [sms]\n"
    world.publish(text, sale="sms: {en: hello}\n")
    assert dict(staircase(look(world), world.now).gets_at) == {"2026-03-04 08": 1}


def test_waves_come_an_hour_apart_and_everybody_is_in_one(world: World):
    everybody = members(world, 150)
    campaign(world, audience=f", {WAVES}")
    world.run(days=2)
    rows = Enrollment.objects.values_list("customer_id", "arrived_at")
    hours = [at.astimezone(WARSAW).hour for _, at in rows]
    assert sorted(customer for customer, _ in rows) == everybody
    assert set(hours) == {10, 11, 12}
    assert hours.count(10) < hours.count(11) < hours.count(12)
    assert list(Launch.objects.values_list("state", "wave", "entered")) == [("done", 2, 150)]


def test_a_wave_is_for_good_however_the_audience_grows(world: World):
    members(world, 30)
    campaign(world, audience=f", {WAVES}")
    world.run_to(AT + timedelta(minutes=1))
    first = set(Enrollment.objects.values_list("customer_id", flat=True))
    late = world.person("late", attributes={"club": True})
    world.run(days=1)
    after = set(
        Enrollment.objects.filter(arrived_at__gt=AT + timedelta(minutes=1)).values_list(
            "customer_id", flat=True
        )
    )
    assert not first & after
    assert Enrollment.objects.count() in (
        30,
        31,
    )  # whether the late one's wave was still to come is the hash's word
    assert (late in after) == (Enrollment.objects.count() == 31)


def test_too_many_complaints_let_no_further_wave_begin(world: World):
    people = members(world, 400)
    campaign(world, audience=f", {WAVES.replace('10%, 30%, 60%', '40%, 60%')}")
    world.run_to(AT + timedelta(minutes=30))
    sent = list(Message.objects.values_list("customer_id", flat=True))
    assert 100 <= len(sent) < 220
    world.event(sent[0], "message.complained", journey="sale")
    world.run(days=1)
    assert len(people) > Message.objects.count() == len(sent)
    ((state, numbers),) = Launch.objects.values_list("state", "numbers")
    assert state == "halted"
    rate = -(-10_000 // len(sent))
    assert numbers == {
        "1": {"accepted": len(sent), "complaints": 1, "bounces": 0, "over": {"complaints": rate}}
    }


def test_a_stop_between_waves_says_how_many_got_it(world: World):
    members(world, 100)
    campaign(world, audience=f", {WAVES}")
    world.run_to(AT + timedelta(minutes=30))
    got = Message.objects.count()
    done = stop(Journey.objects.get(), None, world.now)
    assert (done.got, done.people, done.cancelled, done.under_way) == (got, 0, 0, 0)
    world.run(days=2)
    assert Message.objects.count() == got > 0
    assert list(Launch.objects.values_list("state", "due_at")) == [("stopped", None)]


def test_a_launch_killed_between_two_chunks_goes_on_and_doubles_nobody(world: World):
    everybody = members(world, 25)
    campaign(world)
    world.now = AT
    assert launch(world.now, 10) == 10
    assert Enrollment.objects.count() == 10
    Launch.objects.update(cursor=0)  # as if the chunk's last write had been lost
    world.run(hours=1)
    assert sorted(Enrollment.objects.values_list("customer_id", flat=True)) == everybody
    assert len(world.mailbox()) == 25


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("campaign: sale\nsend: sale\n", "1:1: a campaign needs `audience`. Add `audience`."),
        (
            f'campaign: sale\naudience: {{{WHO}, at: "2026-03-03 10:00"}}\nsend: sale\nsteps: []\n',
            "4:1: `steps` is not a field of a campaign.",
        ),
        (
            'campaign: sale\naudience: {at: "2026-03-03 10:00"}\nsend: sale\n',
            "2:1: `audience` does not say who it is. Add `segment`, or `who` with a rule.",
        ),
        (
            f'campaign: sale\naudience: {{{WHO}, at: "2026-02-30 10:00"}}\nsend: sale\n',
            "is not a day and time. Write it like",
        ),
        (
            f'campaign: sale\naudience: {{{WHO}, at: "2026-03-03 10:00",'
            " pace: {waves: [10%, 80%], every: 1 hour}}\nsend: sale\n",
            "must be percentages above 0% that add up to 100%",
        ),
        (
            f'campaign: sale\naudience: {{{WHO}, at: "2026-03-03 10:00", zone: Mars}}\nsend: sale\n',
            "is not a time zone",
        ),
    ],
)
def test_a_bad_campaign_says_where_and_how_to_mend_it(world: World, text: str, said: str):
    with pytest.raises(DefinitionError) as caught:
        world.publish(text, sale="")
    assert [said in str(problem) for problem in caught.value.problems] == [True], caught.value
