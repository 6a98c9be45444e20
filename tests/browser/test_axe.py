"""axe finds nothing serious on any page of the admin: in both languages, light and dark, wide and narrow.

Nor does a page's policy keep anything out, or one of its scripts fail.

The pages are read from the site (tests/studio/every_page.py). A page of its own design is looked at in four of the
eight ways, chosen so that each pair (Polish and dark, dark and narrow …) is among them; a list or form like all others
in one of the four, by its place in the list, so that each is seen of its kind. Theme and width change without a new load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib import admin
from django.utils import timezone
from playwright.sync_api import BrowserContext, ConsoleMessage

from orchestrator.consents.models import ConsentText, SignupForm, Suppression
from orchestrator.consents.models.form import ASKS
from orchestrator.consents.record import Statement, record
from orchestrator.customers.models import Address, Customer
from orchestrator.journeys.models import Journey, JourneyVersion, Simulation
from orchestrator.messaging import links
from orchestrator.messaging.models import Message
from orchestrator.workspace.sequence import take
from tests.browser import chromium
from tests.studio.every_page import Page, every_page, shown
from tests.studio.sample import Sample, fill
from tests.studio.test_simulations import TOLD

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"wide": 1280, "narrow": 390}
BAD = ("serious", "critical")
LANDMARKS = ("landmark-one-main", "region", "skip-link", "bypass")  # less to axe, all to who jumps by them
LOOK = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations'], iframes: false});
    return found.violations.map(one => ({rule: one.id, impact: one.impact, help: one.help,
        nodes: one.nodes.map(node => ({html: node.html, why: node.failureSummary}))}));
}"""
# A sheet made by script is none that a policy against inline styles keeps out.
STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [sheet];
}"""
_STATUS = "Failed to load resource: the server responded with a status of 4"


class Way(NamedTuple):
    """How a page is looked at."""

    language: str
    theme: str
    width: str


WAYS = (
    Way("en", "light", "wide"),
    Way("en", "dark", "narrow"),
    Way("pl", "light", "narrow"),
    Way("pl", "dark", "wide"),
)


def ways_of(page: Page, number: int) -> Sequence[Way]:
    return WAYS[number % len(WAYS) :][:1] if page.plain else WAYS


def test_four_ways_hold_every_pair() -> None:
    pairs = {(first, second) for way in WAYS for first in way for second in way}
    for some, others in (
        (("en", "pl"), ("light", "dark")),
        (("en", "pl"), WIDTHS),
        (("light", "dark"), WIDTHS),
    ):
        assert {(one, other) for one in some for other in others} <= pairs


APPS = sorted({model._meta.app_label for model in admin.site._registry})


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", [*APPS, "site"])
def test_axe_finds_nothing_serious(live_server: Any, part: str) -> None:
    chromium.needed()
    if not AXE.exists():
        pytest.skip("no axe-core: run `npm --prefix frontend ci`")
    enrich(fill())
    client = chromium.signed_in()
    pages = list(shown((page for page in every_page() if _part(page) == part), client))
    assert pages
    with chromium.opened(live_server.url, client) as context:
        look = Looker(context, live_server.url)
        found = [line for number, page in enumerate(pages) for line in look(page, ways_of(page, number))]
    assert found == [], "\n\n".join(found)


def press(name: str) -> Callable[[Any], None]:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.press("Enter")


def click(selector: str) -> Callable[[Any], None]:
    return lambda page: page.locator(selector).first.click()


def form(number: int) -> Callable[[Any], None]:
    """The form of a field of the canvas's panel."""

    def act(page: Any) -> None:
        page.locator(".cv-build").nth(number).click()
        page.locator("dialog.fm .bd-input").first.wait_for()

    return act


# What is opened, by the name of its page, and how; all in one way of looking each.
OPENED: Sequence[tuple[str, Way, Callable[[Any], None]]] = (
    ("index", Way("en", "dark", "wide"), lambda page: page.keyboard.press("?")),
    ("index", Way("en", "light", "wide"), click("#nav-sidebar [role=button][aria-expanded]")),
    ("index", Way("en", "dark", "narrow"), press("Navigation")),
    ("customers_customer_changelist", Way("en", "light", "narrow"), press("Filters")),
    ("journeys_journey_canvas", Way("en", "light", "wide"), click(".cv-card[data-key^='step']")),
    ("journeys_journey_canvas", Way("en", "dark", "wide"), click("[data-key^='place']")),
    ("journeys_journey_canvas", Way("en", "light", "wide"), form(0)),
    ("journeys_journey_canvas", Way("pl", "dark", "narrow"), form(0)),
    ("journeys_journey_canvas", Way("pl", "light", "wide"), form(1)),
    ("journeys_journey_canvas", Way("en", "dark", "narrow"), form(2)),
)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_serious_in_what_is_opened(live_server: Any) -> None:
    chromium.needed()
    if not AXE.exists():
        pytest.skip("no axe-core: run `npm --prefix frontend ci`")
    enrich(fill())
    client = chromium.signed_in()
    pages = {page.name: page for page in every_page()}
    with chromium.opened(live_server.url, client) as context:
        look = Looker(context, live_server.url)
        found = [line for name, way, act in OPENED for line in look(pages[name], [way], act)]
    assert found == [], "\n\n".join(found)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("purpose", ["u", "p"])
def test_axe_finds_nothing_serious_on_pages_for_customers(live_server: Any, purpose: str) -> None:
    chromium.needed()
    if not AXE.exists():
        pytest.skip("no axe-core: run `npm --prefix frontend ci`")
    sample, client = fill(), chromium.signed_in()
    message = Message.objects.filter(customer=sample.customer)[0]
    path = f"/{purpose}/{links.token(purpose, message.key)}"
    found = []
    for language in ("en", "pl"):  # they speak the customer's
        Customer.objects.filter(pk=sample.customer.pk).update(language=language)
        assert f'lang="{language}"' in client.get(path).text
        with chromium.opened(live_server.url, client) as context:
            look = Looker(context, live_server.url)
            found += look(Page(purpose, path, False), [way for way in WAYS if way.language == language])
    broken = Page("a link that was cut", f"/{purpose}/abc", False)
    with chromium.opened(live_server.url, client) as context:
        found += Looker(context, live_server.url, 404)(broken, WAYS)
    assert found == [], "\n\n".join(found)


def the_form(sample: Sample) -> str:
    """Where somebody signs up."""
    ConsentText.objects.update(published_at=timezone.now(), text={"en": "I agree.", "pl": "Zgadzam się."})
    SignupForm.objects.update(asks=list(ASKS))
    return f"/f/{SignupForm.objects.get().key}"


def the_link(sample: Sample) -> str:
    """Where they confirm it."""
    message = Message.objects.filter(customer=sample.customer, channel="email")[0]
    address = Address.objects.filter(customer=sample.customer, channel="email", invalid_at=None).latest("id")
    Suppression.objects.all().delete()
    take(1000)  # the sample's records have numbers of their own
    said = Statement(sample.customer.pk, "email", "pending", "form", "confirmed", text="I agree.")
    event = {"records": record([said], timezone.now())}
    Message.objects.filter(pk=message.pk).update(
        parameters={"event": event}, address_digest=address.digest, test=False
    )
    return f"/d/{links.token('d', message.key)}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", [the_form, the_link])
def test_axe_finds_nothing_serious_where_people_sign_up(
    live_server: Any, place: Callable[[Sample], str]
) -> None:
    chromium.needed()
    if not AXE.exists():
        pytest.skip("no axe-core: run `npm --prefix frontend ci`")
    sample, client, found = fill(), chromium.signed_in(), []
    path = place(sample)
    for language in ("en", "pl"):
        Customer.objects.filter(pk=sample.customer.pk).update(language=language)
        page = Page(place.__name__, f"{path}?lang={language}", False)
        answer = client.get(page.path)
        assert (answer.status_code, f'lang="{language}"' in answer.text) == (200, True)
        ways = [way for way in WAYS if way.language == language]
        with chromium.opened(live_server.url, client) as context:
            look = Looker(context, live_server.url)
            found += look(page, ways)
            if place is the_form or language == "en":  # the link is confirmed by then
                found += look(page, ways, _press)
    assert found == [], "\n\n".join(found)


def _press(page: Any) -> None:
    """What comes back: of a form that is empty, its errors; of a link, that it is confirmed."""
    with page.expect_navigation():
        page.locator("main button").click()
    page.evaluate(STILL)
    page.evaluate(AXE.read_text(encoding="utf-8"))


def enrich(sample: Sample) -> None:
    """What the pages of two versions and of a finished simulation show."""
    now, first = timezone.now(), sample.version
    steps = [{"send": "welcome", "id": "hello"}, {"wait": "3 days", "id": "rest"}]
    source = first.source.replace("wait: 2 days", "wait: 3 days")
    second = JourneyVersion.objects.create(
        journey=first.journey,
        number=first.number + 1,
        source=source,
        definition={**first.definition, "steps": steps},
        templates={},
        digest="c" * 64,
        published_at=now,
    )
    Journey.objects.filter(pk=first.journey_id).update(current=second)
    Simulation.objects.create(
        journey=first.journey, asked_at=now, days=30, state="done", done=1000, seen_at=now, told=TOLD
    )


def _part(page: Page) -> str:
    return next((label for label in APPS if page.name.startswith(f"{label}_")), "site")


class Looker:
    """A browser that is signed in, and what axe says of the pages that it opens."""

    def __init__(self, context: BrowserContext, base: str, status: int = 200) -> None:
        self._context, self._base, self._page = context, base, context.new_page()
        self._status, self._wrong = status, list[str]()
        self._axe = AXE.read_text(encoding="utf-8")
        self._page.on("pageerror", lambda error: self._wrong.append(f"  {error}"))
        self._page.on("console", self._heard)

    def __call__(
        self, page: Page, ways: Iterable[Way], act: Callable[[Any], None] | None = None
    ) -> Iterator[str]:
        """A paragraph for each rule that the page breaks, in each of these ways; `act`: after this was done there."""
        language = ""
        for way in ways:
            self._page.emulate_media(color_scheme="dark" if way.theme == "dark" else "light")
            self._page.set_viewport_size({"width": WIDTHS[way.width], "height": 900})
            if way.language != language:
                language = way.language
                self._open(page, language)
                if act is not None:
                    before = self._page.content()
                    act(self._page)
                    self._page.wait_for_timeout(300)
                    assert self._page.content() != before, f"nothing opened on {page.name}"
            self._page.evaluate(
                "dark => document.documentElement.classList.toggle('dark', dark)", way.theme == "dark"
            )
            for one in self._page.evaluate(LOOK):
                if one["impact"] in BAD or one["rule"] in LANDMARKS:
                    yield self._say(page, way, one)
        yield from self._refused(page)

    def _heard(self, said: ConsoleMessage) -> None:
        """All errors but two: the page's own status, which is asked for, and that there is no icon."""
        expected = said.location["url"].endswith("/favicon.ico") or said.text.startswith(_STATUS)
        if said.type == "error" and not expected:
            self._wrong.append(f"  {said.text}")

    def _refused(self, page: Page) -> Iterator[str]:
        """What the page's policy kept out, and what its scripts could not do."""
        if self._wrong:
            yield "\n".join([f"{page.name} {page.path}", *self._wrong])
        self._wrong.clear()

    def _open(self, page: Page, language: str) -> None:
        chromium.speak(self._context, self._base, language)
        answer = self._page.goto(page.path)
        assert answer is not None
        assert answer.status == self._status, f"{page.name} answers {answer.status} to the browser"
        if self._page.locator("script[type=module]:not([src*=alpine])").count():
            self._page.wait_for_load_state("networkidle")  # what the bundle draws asks the server once more
        self._page.evaluate(STILL)
        self._page.evaluate("document.fonts.ready.then(() => true)")
        self._page.evaluate(self._axe)

    def _say(self, page: Page, way: Way, one: dict[str, Any]) -> str:
        nodes = "\n".join(f"  {node['html']}\n    {node['why']}" for node in one["nodes"][:5])
        many = f"\n  … {len(one['nodes'])} in all" if len(one["nodes"]) > 5 else ""
        return f"{page.name} ({', '.join(way)}) {page.path}\n {one['rule']}, {one['impact']}: {one['help']}\n{nodes}{many}"
