"""The page in a real browser."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Route, ViewportSize, expect

from shared import topics
from shared.events import AlertRaised
from shared.times import utc_now
from tests.integration.console.conftest import Console, Publish
from tests.unit.console import samples

pytestmark = pytest.mark.browser

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
ATTACKS = (
    "<img src=x onerror=window.hacked=1>",
    "<script>window.hacked=1</script>",
    "{{ constructor.constructor('window.hacked=1')() }}",
    "${window.hacked=1}`${window.hacked=1}`",
    '"><svg onload=window.hacked=1>',
    "</script><script>window.hacked=1</script>",
    "&lt;img src=x onerror=window.hacked=1&gt;",
)


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport=DESKTOP)
    context.set_default_timeout(10_000)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext, console: Console) -> AsyncIterator[Page]:
    """The open page; whatever the browser complains about fails the test."""
    page = await context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    await page.goto(console.entrance)
    await expect(page.locator(".live")).to_have_text("Live")
    yield page
    assert complaints == []


def an_alert(title: str = "Report", **given: object) -> AlertRaised:
    """An alert as of now, on a story that no other test knows."""
    number, now = time.time_ns(), utc_now()
    report = samples.header(number, now - timedelta(seconds=2), title=title)
    return samples.raised(number, now, report=given.pop("report", report), **given)


def card_of(page: Page, alert: AlertRaised) -> Locator:
    """The alert's card."""
    return page.locator(f'[data-alert="{alert.alert_id}"]')


async def test_an_alert_appears_without_a_reload_within_seconds(page: Page, publish: Publish) -> None:
    alert = an_alert(f"Strike reported {time.time_ns()}")
    await publish((topics.ALERTS_RAISED, alert))
    began = time.monotonic()
    card = card_of(page, alert)
    await expect(card).to_be_visible()
    assert time.monotonic() - began < 3
    await expect(card.locator("mark")).to_have_text("Mosul")
    await expect(card.locator(".sent")).to_contain_text("desk waiting to be sent")
    await publish((topics.NOTIFICATIONS_SENT, samples.sent(alert)))
    await expect(card.locator(".sent")).to_contain_text("desk delivered in 0.9 s")
    await publish((topics.REPORTS_GROUPED, samples.grouped(alert.story_id, time.time_ns(), 7)))
    await expect(card.locator(".copies")).to_contain_text("7 copies")
    first = page.locator(".alert").first
    assert await first.get_attribute("data-alert") == alert.alert_id


async def test_a_title_is_a_link_that_tells_the_other_side_nothing(page: Page, publish: Publish) -> None:
    good, bad = an_alert("Good"), an_alert("Bad", report=samples.header(url="javascript:window.hacked=1", title="Bad"))
    await publish((topics.ALERTS_RAISED, good), (topics.ALERTS_RAISED, bad))
    link = card_of(page, good).locator("h2 a")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(card_of(page, bad).locator("h2")).to_have_text("Bad")
    await expect(card_of(page, bad).locator("h2 a")).to_have_count(0)


async def test_what_feeds_say_stays_text(page: Page, publish: Publish, console: Console) -> None:
    for attack in ATTACKS:
        evidence = (samples.evidence(attack, f"He said {attack} twice.", why=attack),)
        source_id = f"source-{time.time_ns()}"
        report = samples.header(time.time_ns(), utc_now(), title=attack, source_id=source_id)
        alert = an_alert(report=report, evidence=evidence, also=(attack,))
        source = {"id": source_id, "name": attack, "url": f"https://example.org/{attack}"}
        await publish(
            (topics.SOURCES_CHANGED, samples.changed(source_id, source)),
            (topics.SOURCES_POLLED, samples.polled(source_id, utc_now(), "failed", error=attack)),
            (topics.ALERTS_RAISED, alert),
            (topics.NOTIFICATIONS_SENT, samples.sent(alert, "failed", error=attack)),
            ("articles.fetched.dead", samples.dead(at=utc_now(), error=attack)),
        )
        card = card_of(page, alert)
        await expect(card.locator("h2")).to_have_text(attack)
        await expect(card.locator("mark")).to_have_text(attack)
    await page.reload()  # the first rendering takes another way than updates do
    await expect(page.locator(".alert h2").filter(has_text=ATTACKS[0])).to_have_text(ATTACKS[0])
    for tab in ("sources", "problems"):
        await page.locator(f"#tab-{tab}").click()
        await expect(page.locator(f"#panel-{tab}")).to_contain_text(ATTACKS[-1])
    assert await page.evaluate("window.hacked") is None


async def test_without_the_token_there_is_only_advice(context: BrowserContext, console: Console) -> None:
    page = await context.new_page()
    answer = await page.goto(console.url)
    assert answer is not None
    assert answer.status == 401
    await expect(page.locator("body")).to_contain_text("tocsin up prints the address with its token")
    await page.goto(console.entrance)
    assert page.url == console.url + "/"
    await expect(page.locator(".live")).to_have_text("Live")


async def test_a_link_in_a_message_elsewhere_leads_to_its_alert(
    page: Page, context: BrowserContext, console: Console, publish: Publish
) -> None:
    alert = an_alert("Linked")
    await publish((topics.ALERTS_RAISED, alert))

    async def answer(route: Route) -> None:
        link = f'<a href="{console.url}/alerts/{alert.alert_id}">alert</a>'
        await route.fulfill(content_type="text/html", body=link)

    chat = await context.new_page()
    await chat.route("http://chat.test/", answer)
    await chat.goto("http://chat.test/")
    await chat.locator("a").click()
    await expect(chat.locator(".alert h2")).to_have_text("Linked")
    await expect(chat.locator("dl")).to_contain_text("UTC")


async def test_an_unknown_alert_says_so(page: Page, console: Console) -> None:
    await page.goto(f"{console.url}/alerts/none")
    await expect(page.locator("#panel-alerts")).to_contain_text("No such alert")


async def test_a_sensitive_watch_shows_its_label_alone(page: Page, publish: Publish) -> None:
    secret = samples.watch(f"office-{time.time_ns()}", name="Secret office", sensitive=True, label="Area 7")
    alert = an_alert("Shots heard", watch=secret, also=("Aleppo",))
    await publish((topics.ALERTS_RAISED, alert))
    card = card_of(page, alert)
    await expect(card).to_contain_text("Area 7")
    content = await page.content()
    assert not any(word in content for word in ("Secret office", secret.id, "Aleppo</bdi>"))
    await expect(card.locator("blockquote")).to_have_count(0)


async def test_filters_by_text_watch_and_severity(page: Page, publish: Publish) -> None:
    mine = f"w{time.time_ns()}"
    watch = samples.watch(mine, name=mine, severity="low")
    item = {"id": mine, "name": mine, "notify": ["desk"], "when": {}}
    other = an_alert("Another")
    alerts = [an_alert(f"Report {mine} {number}", watch=watch) for number in range(3)]
    await publish((topics.WATCHES_CHANGED, samples.changed(mine, item)), (topics.ALERTS_RAISED, other))
    await publish(*((topics.ALERTS_RAISED, alert) for alert in alerts))
    cards, tally = page.locator(".alert"), page.locator("#panel-alerts .tally")
    await page.keyboard.press("/")
    await page.keyboard.type(f"{mine} 1")
    await expect(cards).to_have_count(1)
    await page.get_by_role("button", name="Clear filter").click()
    await page.get_by_label("Watch", exact=True).select_option(mine)
    await expect(cards).to_have_count(3)
    await expect(tally).to_contain_text("3 of ")
    await page.get_by_role("button", name="critical").click()
    await expect(page.locator(".notice").first).to_contain_text("No alert matches")
    await page.get_by_role("button", name="low", exact=True).click()
    await expect(cards).to_have_count(3)


async def test_tabs_work_by_keyboard_and_are_kept_in_the_address(page: Page) -> None:
    await page.locator("#tab-alerts").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#panel-sources")).to_be_visible()
    await expect(page.locator("#tab-sources")).to_be_focused()
    assert page.url.endswith("#sources")
    await page.reload()
    await expect(page.locator("#panel-sources")).to_be_visible()
    await expect(page.locator("#panel-alerts")).to_be_hidden()


async def test_only_the_newest_are_shown_until_more_are_asked_for(page: Page, publish: Publish) -> None:
    await publish(*((topics.ALERTS_RAISED, an_alert(f"Many {number}")) for number in range(60)))
    cards = page.locator(".alert")
    await expect(cards.first.locator("h2")).to_have_text("Many 59")
    await expect(cards).to_have_count(50)
    await page.get_by_role("button", name="Show").click()
    await expect(cards.nth(59)).to_be_visible()


async def test_the_theme_follows_the_system_until_it_is_chosen(page: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(background)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(background)
    assert light != dark
    await page.get_by_role("button", name="Theme: system").click()
    await page.get_by_role("button", name="Theme: dark").click()
    assert await page.evaluate(background) == light
    await page.reload()
    await expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    assert await page.evaluate(background) == light


@pytest.mark.parametrize("tab", ["alerts", "sources", "watches", "problems"])
async def test_a_phone_never_scrolls_sideways(page: Page, publish: Publish, tab: str) -> None:
    long = "x" * 300 + " слово " * 20 + "غارات " * 20
    body = {"id": "long", "name": long, "url": "https://example.org/" + "y" * 500, "notify": ["z" * 100]}
    alert = an_alert(long, evidence=(samples.evidence("x" * 200, "x" * 400, why=long),), also=(long,))
    item_id = f"long-{time.time_ns()}"
    await publish(
        (topics.SOURCES_CHANGED, samples.changed(item_id, body)),
        (topics.WATCHES_CHANGED, samples.changed(item_id, body)),
        (topics.ALERTS_RAISED, alert),
        ("articles.fetched.dead", samples.dead(at=utc_now(), error=long)),
    )
    await expect(card_of(page, alert)).to_be_visible()
    await page.set_viewport_size(PHONE)
    await page.locator(f"#tab-{tab}").click()
    await expect(page.locator(f"#panel-{tab}")).to_be_visible()
    widths = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]


async def test_controls_have_names_and_foreign_text_its_own_direction(page: Page, publish: Publish) -> None:
    alert = an_alert("غارات جوية تستهدف محيط دير الزور")
    await publish((topics.ALERTS_RAISED, alert))
    title = card_of(page, alert).locator("h2")
    await expect(title).to_have_attribute("dir", "auto")
    assert await title.evaluate("element => getComputedStyle(element).direction") == "rtl"
    found = json.loads(await page.evaluate(f"JSON.stringify(({_AUDIT})())"))
    assert found == []
    assert await page.get_attribute("html", "lang") == "en-US"


# The rules of axe that matter most, in few words: names, ids, headings, contrast.
_AUDIT = """() => {
  const faults = [];
  const shown = (e) => e.offsetParent !== null;
  for (const e of document.querySelectorAll("button, a, input, select, summary")) {
    const label = e.getAttribute("aria-label") || e.closest("label")?.textContent || e.textContent;
    if (shown(e) && !label.trim()) faults.push("no name: " + e.outerHTML.slice(0, 200));
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push("twice: #" + id);
  for (const e of document.querySelectorAll("[aria-controls], [aria-labelledby]"))
    for (const id of (e.getAttribute("aria-controls") || e.getAttribute("aria-labelledby")).split(" "))
      if (!document.getElementById(id)) faults.push("refers to nothing: " + id);
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  const light = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  for (const e of document.querySelectorAll(".alert *, .top *, .tabs *, .filters *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !shown(e)) continue;
    const [a, b] = [luminance(numbers(getComputedStyle(e).color)), luminance(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ` + e.outerHTML.slice(0, 120));
  }
  return faults;
}"""


async def test_silences_are_listed_and_silenced_alerts_say_so(page: Page, publish: Publish) -> None:
    number = time.time_ns()
    until = (utc_now() + timedelta(hours=8)).isoformat()
    body = {"id": f"quiet-{number}", "comment": "known drill", "watch": ["deir-ez-zor"], "until": until}
    alert = an_alert(f"Drill {number}", silenced_by=(f"quiet-{number}",), silenced_receivers=("desk",))
    await publish(
        (topics.SILENCES_CHANGED, samples.changed(f"quiet-{number}", body)),
        (topics.ALERTS_RAISED, alert),
    )
    card = card_of(page, alert)
    await expect(card.locator(".tag")).to_have_text("silenced")
    await expect(card.locator(".sent")).to_contain_text("desk not told: silenced")
    await page.locator("#tab-watches").click()
    row = page.locator(".silences li").filter(has_text=f"quiet-{number}")
    await expect(row).to_contain_text("watch deir-ez-zor")
    await expect(row).to_contain_text("ends in 7 h")
    await expect(row).to_contain_text("known drill")
