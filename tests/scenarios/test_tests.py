"""A journey's messages tried out on one's own people: marked, and counted nowhere."""

from __future__ import annotations

import pytest

from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.journeys.models import Enrollment, JourneyVersion
from orchestrator.journeys.publish_template import publish_template
from orchestrator.journeys.reached import reached
from orchestrator.journeys.send_template_test import send_template_test
from orchestrator.journeys.send_test import NoTestList, send_test
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging.models import MailboxMessage, Message, StepFault, Template, TemplateVersion
from orchestrator.segments.define import define
from orchestrator.workspace.models import Brand
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

BOTH = 'email:\n  en: {subject: "Sale", html: "<p>Sale</p>"}\nsms:\n  en: {text: "Sale"}\n'


def live(world: World) -> Live:
    world.publish(one_send("sale", "email, sms"), sale=BOTH)
    return version(JourneyVersion.objects.get().id)


def own_people(world: World) -> None:
    define("testers", "Testers", "", read_rule({"attribute": "team", "is": True}), world.now)
    world.workspace(test_segment="testers")
    world.run(minutes=1)


def test_the_test_list_gets_it_marked_whatever_they_allow(world: World):
    world.person("anna", consents=(), attributes={"team": True})
    world.person("bela", consents=(), attributes={"team": True}, addresses={"sms": "+48600100201"})
    world.person("customer")
    own_people(world)
    assert send_test(live(world), world.now) == 2
    world.run(minutes=1)
    said = MailboxMessage.objects.order_by("id").values_list("channel", "recipient", "subject", "content")
    assert [(channel, to, subject or content["text"]) for channel, to, subject, content in said] == [
        ("email", "anna@example.com", "[TEST] Sale"),
        ("sms", "+48600100201", "[TEST] Sale"),
    ]
    assert Enrollment.objects.count() == 0


def test_a_test_counts_nowhere(world: World):
    anna = world.person("anna", attributes={"team": True})
    own_people(world)
    made = live(world)
    before = world.now
    for _ in range(5):
        send_test(made, world.now)
        world.run(minutes=1)
    assert len(world.mailbox()) == 5
    assert set(Message.objects.values_list("test", "counts_toward_caps", "obeys_caps")) == {
        (True, False, False)
    }
    assert reached("sale", before).accepted == 0
    world.event(anna, "sale.wanted")
    world.run(minutes=1)
    assert world.messages()[-1] == ("sale", "accepted", "accepted")
    assert Message.objects.filter(test=False).count() == 1


def test_without_a_list_or_without_people_the_reason_is_said(world: World):
    made = live(world)
    with pytest.raises(NoTestList, match="no test list is set"):
        send_test(made, world.now)
    own_people(world)
    with pytest.raises(NoTestList, match="nobody is in the segment “testers”"):
        send_test(made, world.now)
    assert Message.objects.count() == 0


def draft(world: World, journey: str = "", text: str = "template: sale\n" + BOTH) -> Template:
    Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    return Template.objects.create(key="sale", brand=Brand.objects.get(), journey=journey, draft=text)


def try_it(world: World, template: Template, channel: str, wanted: int | None = None) -> int:
    return send_template_test(template, template.draft, "marketing", channel, wanted, world.now)


def test_a_draft_is_tried_and_nothing_is_published(world: World):
    anna = world.person("anna", consents=(), attributes={"team": True, "first_name": "Anna"})
    world.person("bela", attributes={"team": True}, addresses={"sms": "+48600100201"})
    world.person("customer")
    own_people(world)
    template = draft(world, text="template: sale\n" + BOTH.replace("<p>Sale", "<p>{{ customer.first_name }}"))
    assert try_it(world, template, "email") == 1
    world.run(minutes=1)
    [kept] = MailboxMessage.objects.all()
    assert (kept.recipient, kept.subject) == ("anna@example.com", "[TEST] Sale")
    assert ">Anna</p>" in kept.content["html"]
    template.refresh_from_db()
    assert (template.latest, template.draft[:14]) == (None, "template: sale")
    assert list(TemplateVersion.objects.values_list("tried", flat=True)) == [True]
    # Tried again, nothing more is kept of the words; published, they are the same row.
    assert try_it(world, template, "email", anna) == 1
    made = publish_template(template.pk, template.draft, "marketing", world.now)
    assert list(TemplateVersion.objects.values_list("pk", "tried")) == [(made.pk, False)]
    assert set(Message.objects.values_list("template_version", flat=True)) == {made.pk}


def test_a_journeys_publishing_publishes_what_was_tried(world: World):
    world.person("anna", attributes={"team": True})
    own_people(world)
    template = draft(world, journey="sale", text="template: sale\nsms:\n  en: Sale\n")
    with pytest.raises(DefinitionError):
        try_it(
            world, Template(pk=template.pk, key="sale", brand=template.brand, draft="template: sale\n"), "sms"
        )
    assert try_it(world, template, "push") == 0  # anna has no device
    assert TemplateVersion.objects.get().tried
    world.publish(one_send("sale", "sms"), sale="sms:\n  en: Sale\n")
    assert list(TemplateVersion.objects.values_list("tried", flat=True)) == [False]


def test_only_the_customer_shown_gets_it_if_they_are_of_the_list(world: World):
    world.person("anna", attributes={"team": True})
    bela = world.person("bela", attributes={"team": True})
    customer = world.person("customer")
    own_people(world)
    template = draft(world)
    assert try_it(world, template, "email", bela) == 1
    assert list(Message.objects.values_list("customer", flat=True)) == [bela]
    # A customer is no tester: the list gets it, and nobody's data but their own.
    world.run(minutes=1)
    assert try_it(world, template, "email", customer) == 2
    assert not Message.objects.filter(customer=customer).exists()


def test_a_test_that_cannot_be_filled_says_nothing_of_the_step(world: World):
    world.person("anna", attributes={"team": True})
    own_people(world)
    template = draft(
        world, text="template: sale\nemail:\n  en: {subject: Sale, html: '<p>{{ customer.shoe }}</p>'}\n"
    )
    for _ in range(7):
        assert try_it(world, template, "email") == 1
        world.run(minutes=1)
    assert set(Message.objects.values_list("state", "reason")) == {("render_failed", "render_error")}
    assert not StepFault.objects.exists()
