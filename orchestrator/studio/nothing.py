"""What an empty list says: what will stand in it, and how it comes there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NOTHING: dict[str, Any] = {
    "consents.consent": _("Nobody has said what they allow yet. Consents come with customers: by import or by the API."),
    "consents.consentrecord": _("Nobody has said yes or no yet. Every answer is kept here, with its words and its proof."),
    "consents.suppression": _(
        "No address is blocked. One that bounces or complains is put here by itself, and is never written to again."
    ),
    "customers.address": _("There are no addresses yet. They come with their customers."),
    "customers.customer": _("There are no customers yet. Bring them in with `manage.py import_customers FILE` or by the API."),
    "events.event": _(
        "Nothing has happened yet. Your shop tells what customers do by POST /v1/track; `manage.py import_orders FILE`"
        " brings in orders of the past."
    ),
    "journeys.door": _("No journey has a limit. With `limit: {entries: 100 per day}` in its entry it has a door, shown here."),
    "journeys.doorstep": _(
        "Nobody waits or was turned away. Here stand those whom a journey's limit or filter keeps out, and why."
    ),
    "journeys.enrollment": _("Nobody has entered a journey yet. Publish one, and its entry lets people in."),
    "journeys.entrytimer": _("No timer runs. Entries by a date or by inactivity set one for each customer."),
    "journeys.journey": _("There is no journey yet. One says whom to write to, when, and what about."),
    "journeys.journeyversion": _("Nothing is published yet. What you publish is kept here, word for word."),
    "journeys.launch": _(
        "Nothing was launched yet. A campaign, and each day of a schedule, gets a line here: how far it has got, and"
        " what its numbers said."
    ),
    "journeys.simulation": _(
        "Nothing was simulated yet. A journey's page has a button that shows what its draft would have done in the last"
        " days."
    ),
    "journeys.steprun": _("Nobody has taken a step yet."),
    "journeys.usualinterval": _(
        "No interval is known yet. Journeys that remind people to buy again reckon it once a day, from past orders."
    ),
    "loyalty.pointsentry": _("Nobody has points yet. The step `award: {points: 100}` gives them."),
    "messaging.budget": _(
        "No budget is set: marketing may cost what it costs. A budget, such as 500 a month for SMS, holds messages"
        " once it is spent."
    ),
    "messaging.decision": _("Nothing was decided yet. Every yes and no to a message is kept here, with its reason."),
    "messaging.deliveryattempt": _("No provider was called yet."),
    "messaging.frequencycap": _(
        "No cap is set. A cap, such as 3 marketing emails in any 7 days, keeps people from getting too much."
    ),
    "messaging.mailboxmessage": _(
        "The mailbox is empty. Messages to addresses outside of the allow-list are kept here instead of being sent."
    ),
    "messaging.message": _("No message was planned yet. Publish a journey, or send something once."),
    "messaging.messagebody": _("Nothing was written yet. Here stands what each message was filled with."),
    "messaging.price": _("No price is known, so costs are not counted. Give at least the price of one part of an SMS."),
    "messaging.providerbreaker": _(
        "No provider has ever failed. One that fails several times in a row is left alone for a while, and stands here."
    ),
    "messaging.quiethoursrule": _("There are no quiet hours: people may be written to at night, too."),
    "messaging.ratelimit": _(
        "No limit is set: messages go as fast as providers take them. A limit, such as 10 a second for SMS, keeps to"
        " what your contract allows."
    ),
    "messaging.receipt": _(
        "No provider has reported anything yet. Deliveries, bounces and clicks come to the address /hooks/<provider>/."
    ),
    "messaging.spending": _("Nothing was spent of any budget yet. The first message that is charged to one starts a line."),
    "messaging.stepfault": _("Every template could be filled in. A step whose messages could not be stands here."),
    "messaging.subject": _("No address is shared by several customers."),
    "messaging.template": _("There is no template yet. They are published together with the journey that sends them."),
    "messaging.templateversion": _("No template was published yet."),
    "segments.membership": _("Nobody is in a segment yet."),
    "segments.segment": _(
        "There is no segment yet. One is a rule, such as {event: order.placed, within: 90 days}, and everybody of"
        " whom it is true."
    ),
    "workspace.brand": _("There is no brand yet. A brand is who a message is from: name, address, look, footer."),
    "workspace.halt": _(
        "Sending was never halted. It halts by itself where the database was restored, or no worker ran for long:"
        " then somebody decides what of the late messages may still leave."
    ),
    "workspace.heartbeat": _(
        "No worker was heard in the last 7 days: nothing is sent and nobody moves on. Start one with `make work`."
    ),
    "workspace.retention": _(
        "Everything is kept for ever. Say here after how many days old decisions, attempts or receipts may go."
    ),
    "workspace.sequence": _("This database numbers by itself."),
    "workspace.topic": _("There is no topic yet. People unsubscribe from a topic, such as promotions, not from everything."),
}  # fmt: skip


def say_nothing(model: Any) -> str:
    """The sentence of a model's empty list."""
    return str(NOTHING.get(model._meta.label_lower, _("Nothing here yet.")))
