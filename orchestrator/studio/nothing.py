"""What an empty list says: what will stand in it, and how it comes there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NOTHING: dict[str, Any] = {
    "accounts.apikey": _("No program has a key yet. Make one for each program that is to use the API, with just what it needs."),
    "accounts.callanswer": _(
        "No answer is kept. A program that sends an Idempotency-Key is answered the same for a day, should it ask again."
    ),
    "accounts.attempts": _("Nobody has tried to sign in lately. Wrong passwords and codes are counted here, without names."),
    "accounts.factor": _(
        "Nobody has a second factor yet. Everybody sets up their own under “Your account”; the settings say who must."
    ),
    "accounts.issuerlink": _("Nobody has signed in with your company's accounts. docs/signing-in.md says how that is set up."),
    "accounts.recoverycode": _("There are no recovery codes yet. They come with a second factor, ten for each."),
    "consents.consent": _("Nobody has said what they allow yet. Consents come with customers: by import or by the API."),
    "consents.consentrecord": _("Nobody has said yes or no yet. Every answer is kept here, with its words and its proof."),
    "consents.consenttext": _("There is no text yet. What people are asked to agree to stands here, version by version."),
    "consents.signupform": _("There is no form yet. One is a page, or a pop-up on your site, by which people sign up."),
    "consents.suppression": _(
        "No address is blocked. One that bounces or complains is put here by itself, and is never written to again."
    ),
    "customers.address": _("There are no addresses yet. They come with their customers."),
    "customers.customer": _("There are no customers yet. Bring them in with `manage.py import_customers FILE` or by the API."),
    "customers.identity": _(
        "No browser and no app is known. Their ids come with calls to /v1, and lead to a customer once somebody signs in."
    ),
    "customers.privacycomment": _("Nothing was said of any request of a person yet."),
    "customers.privacyrequest": _(
        "Nobody has asked for anything by right. Write down what comes by letter, telephone or email on the day it comes:"
        " the month to answer runs from there."
    ),
    "events.event": _(
        "Nothing has happened yet. Your shop tells what customers do by POST /v1/track; `manage.py import_orders FILE`"
        " brings in orders of the past."
    ),
    "customers.import": _(
        "No file was brought in yet. Customers, orders or products of another system: bring a file, say what its columns"
        " mean, try it, and store it."
    ),
    "duplicates.likelyduplicate": _(
        "No two customers are waiting to be compared. Workers look once a day for people who have two rows, from the first"
        " time somebody presses the button above or runs `manage.py find_duplicates`."
    ),
    "catalog.product": _(
        "There is no product yet. A file of products, such as the feed that the shop gives to search engines, fills the"
        " catalogue."
    ),
    "ingest.deadletter": _(
        "Everything that came was taken. A call to /v1 that cannot be is kept here with the reason, and can be taken later."
    ),
    "ingest.writekey": _("There is no write key yet. With one, a shop, a site or an app tells what customers do, by /v1."),
    "sources.connection": _(
        "Nothing is connected yet. A connection lets a shop or a helpdesk tell by webhook what happened: make one, and its"
        " page says what to enter there."
    ),
    "sources.keptdelivery": _(
        "Everything that shops and helpdesks told was taken. What cannot be is kept here with the reason, and can be taken later."
    ),
    "webhooks.webhookendpoint": _(
        "Nobody is told yet. A webhook tells a CRM, a helpdesk or a warehouse of what happens here: give its address, and"
        " say of what."
    ),
    "webhooks.webhookdelivery": _(
        "Nothing was told yet. Each call of a webhook stands here, with what the receiver answered."
    ),
    "journeys.door": _("No journey has a limit. With `limit: {entries: 100 per day}` in its entry it has a door, shown here."),
    "journeys.doorstep": _(
        "Nobody waits or was turned away. Here stand those whom a journey's limit or filter keeps out, and why."
    ),
    "journeys.draftedit": _("No draft was edited since it was last published."),
    "journeys.enrollment": _("Nobody has entered a journey yet. Publish one, and its entry lets people in."),
    "journeys.entrytimer": _("No timer runs. Entries by a date or by inactivity set one for each customer."),
    "journeys.journey": _("There is no journey yet. One says whom to write to, when, and what about."),
    "journeys.journeyversion": _("Nothing is published yet. What you publish is kept here, word for word."),
    "journeys.launch": _(
        "Nothing was launched yet. A campaign, and each day of a schedule, gets a line here: how far it has got, and"
        " what its numbers said."
    ),
    "journeys.publishcomment": _("Nothing was said of any request to publish yet."),
    "journeys.publishnotice": _("Nobody was told of any request to publish yet."),
    "journeys.publishrequest": _(
        "Nobody has asked for anything. Where the settings say that publishing needs approval, what somebody wants to"
        " publish waits here for another's yes."
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
    "messaging.block": _(
        "There is no block yet. A block is words written once, such as a footer, that templates put in with"
        " {% include \"block:footer\" %}."
    ),
    "messaging.budget": _(
        "No budget is set: marketing may cost what it costs. A budget, such as 500 a month for SMS, holds messages"
        " once it is spent."
    ),
    "messaging.decision": _("Nothing was decided yet. Every yes and no to a message is kept here, with its reason."),
    "messaging.complaintbreaker": _(
        "Complaints have stopped nothing. Where 0.3 % of a brand's marketing by a channel is called spam, it stops there, "
        "and stands here."
    ),
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
    "messaging.template": _("There is no template yet. A journey brings its own; one that several journeys send is begun here."),
    "messaging.templateversion": _("No template was published yet."),
    "segments.membership": _("Nobody is in a segment yet."),
    "segments.score": _("Nobody was scored yet. `manage.py scores` does it once; from then on workers do it every day."),
    "segments.scorebasis": _(
        "No scores were computed yet. Begin with `manage.py scores`, or with a segment that asks for a score."
    ),
    "segments.segment": _(
        "There is no segment yet. One is a rule, such as {event: order.placed, within: 90 days}, and everybody of"
        " whom it is true; or a list of people whom no rule can find."
    ),
    "workspace.alarm": _(
        "Nothing was ever wrong. When a provider is down, a journey falls silent or a budget is spent, it stands here."
    ),
    "workspace.alarmchannel": _(
        "Nobody is told of alarms: they stand on the first page, and only there. Add an address of email or a webhook."
    ),
    "workspace.alarmnotice": _("Nobody was told of anything yet."),
    "workspace.auditentry": _("Nothing was noted yet. Who signs in, publishes, exports or erases gets a line here."),
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
