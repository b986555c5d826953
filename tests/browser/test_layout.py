"""The layout of the report in a real browser: what is folded, what stays on its card, and what goes on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

#: Elements that stick out of the card they are in, or of the page; what is scrolled within its card does not count.
_STICKS_OUT = """
() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  const cut = ".scroll, nav, svg, .visually-hidden, .skip, thead, .contents .line, summary h3";
  if (!box.width || element.closest(cut) || !element.checkVisibility()) return false;
  const cards = ".tiles li, .finding, .contents, .group, figure, .panel, .notice, body";
  const card = element.closest(cards).getBoundingClientRect();
  return box.right > card.right + 1 || box.left < card.left - 1;
}).map((element) => element.outerHTML.slice(0, 120))
"""
_SMALL_TARGETS = """
() => [...document.querySelectorAll("a, button, summary, input[type=search], .filters label")].filter((element) => {
  const box = element.getBoundingClientRect();
  return element.checkVisibility() && !element.closest(".skip") && box.height && box.height < 44;
}).map((element) => `${element.outerHTML.slice(0, 100)} ${element.getBoundingClientRect().height}`)
"""
_OPEN_ALL = "for (const details of document.querySelectorAll('details')) details.open = true"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", ["kept", "broken", "hostile"])
def test_on_a_phone_nothing_sticks_out_of_its_card_and_a_finger_hits_every_target(
    phone: Page, reports: dict[str, str], name: str
) -> None:
    phone.goto(reports[name])
    for _ in range(2):
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        assert phone.evaluate(_STICKS_OUT) == []
        assert phone.evaluate(_SMALL_TARGETS) == []
        phone.evaluate(_OPEN_ALL)


@pytest.mark.parametrize("width", [768, 1024, 1280])
def test_nothing_sticks_out_on_wider_screens_either(page: Page, reports: dict[str, str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("kept", "broken", "hostile"):
        page.goto(reports[name])
        assert page.evaluate(_STICKS_OUT) == []


def test_on_a_phone_a_run_with_many_findings_takes_a_few_screens(phone: Page, reports: dict[str, str]) -> None:
    phone.goto(reports["broken"])
    assert phone.evaluate("document.documentElement.scrollHeight / innerHeight") < 7
    assert phone.locator(".charts svg:visible").count() == 1  # the trend; the numbers of the run are folded
    phone.locator("#pictures summary").first.click()
    assert phone.locator(".charts svg:visible").count() == 5


@pytest.mark.parametrize("name", ["kept", "broken"])
def test_a_grid_of_charts_has_no_hole(page: Page, reports: dict[str, str], name: str) -> None:
    page.goto(reports[name])
    for grid in page.locator(".charts").all():
        width = grid.evaluate("grid => grid.clientWidth")
        rows: dict[int, float] = {}
        for card in grid.locator("> *").all():
            box = card.bounding_box()
            assert box is not None
            rows[round(box["y"])] = rows.get(round(box["y"]), -16.0) + 16.0 + box["width"]
        assert all(filled == pytest.approx(width, abs=2) for filled in rows.values())


def test_the_page_counts_findings_once_and_says_since_when(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    number = page.locator("details[id^='finding:']").count()
    assert page.locator("h1").inner_text().endswith(f"The contract is broken: {number} findings.")
    assert page.locator(".tiles li").first.inner_text().startswith(f"{number - 1} new since the run before")
    new, old = page.locator(".contents .badge.new").count(), page.locator("details[id^='finding:'] .since")
    assert new == number - 1
    assert [text for text in old.all_text_contents() if "this run" not in text] == [
        "first seen in the run of 2026-11-23 05:44 UTC"
    ]
    trend = page.locator("[id='chart:trend']")
    trend.locator("summary").click()
    assert trend.locator("tbody tr").count() == 3
    assert trend.locator("tbody tr").last.inner_text().split()[:2] == ["first", "kept"]


def test_a_link_to_a_clause_or_a_finding_leads_there_in_the_next_run_as_well(
    page: Page, reports: dict[str, str]
) -> None:
    page.goto(reports["half"])
    anchors = page.locator("details[id^='finding:'], tr[id^='clause:']")
    before = set(anchors.evaluate_all("all => all.map((element) => element.id)"))
    page.goto(reports["broken"])
    after = anchors.evaluate_all("all => all.map((element) => element.id)")
    assert len(before) > 150
    assert before <= set(after)
    for name in (after[1], after[-1]):  # one that is folded, of each kind
        page.goto("about:blank")
        page.goto(f"{reports['broken']}#{name}")
        assert page.locator(f"[id='{name}']").is_visible()


def test_only_clauses_that_need_attention_are_open(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    shown = page.locator("table.clauses tbody tr:visible .state").all_inner_texts()
    assert set(shown) <= {"broken", "unknown", "known deviation", "kept in part", "not exercised"}
    partial = page.locator("tr[data-state=partial]").first
    assert re.search("no (in)?valid request was", partial.locator(".reason").inner_text())
    broken = page.locator("tr[data-state=broken]").first
    broken.locator(".promise a").first.click()
    page.locator("details.finding:target .story").wait_for(state="visible")  # the script opens it after the click


def test_the_page_has_no_words_of_the_suite_itself(page: Page, reports: dict[str, str]) -> None:
    for name in ("kept", "broken"):
        page.goto(reports[name])
        page.evaluate(_OPEN_ALL)
        text = page.locator("body").inner_text()
        found = re.findall(
            r"(?i)\b(?:with advice|histor\w+|mark of|owed|weather|connections=0|positive|negative)\b", text
        )
        assert found == []


def test_on_paper_the_colours_are_light_whatever_the_reader_prefers(browser: Browser, reports: dict[str, str]) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(reports["broken"])
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(23, 32, 43)"
    context.close()


def test_paper_holds_the_verdict_the_findings_and_the_clauses_that_are_not_kept(
    page: Page, reports: dict[str, str]
) -> None:
    page.goto(reports["broken"])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("h1").is_visible()
    stories = page.locator("details[id^='finding:'] .story")
    assert all(story.is_visible() for story in stories.all())
    for name in (".contents", "#pictures", "#environment", ".repeat", ".exchange", ".filters"):
        assert page.locator(f"{name}:visible").count() == 0, name
    titles = page.locator(".group > summary h3:visible, .finding > summary h3:visible")
    assert max(titles.evaluate_all("all => all.map((title) => title.getBoundingClientRect().height)")) < 80
    printed = page.locator("tbody tr[data-state]:visible")
    states = set(printed.evaluate_all("rows => rows.map((row) => row.dataset.state)"))
    assert {"broken", "not exercised", "partial"} <= states
    assert not states & {"kept", "advice"}
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    pages = len(re.findall(rb"/Type /Page\b", page.pdf()))
    # Eight findings, and 36 clauses that a run of 240 requests did not exercise whole.
    assert pages <= 12
