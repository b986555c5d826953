"""The HTML report in a real browser: complete, quiet, inert, and usable by keyboard, on paper and on a phone."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, Locator, Page

    from tests.browser.seen import Seen

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
ALL = ("kept", "broken", "hostile")
PATTERN = "[id='finding:request.displayName.pattern:accepted']"


def _box(locator: Locator) -> Mapping[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return {name: found[name] for name in ("x", "y", "width", "height")}


@pytest.mark.parametrize("name", ALL)
def test_every_section_is_there(page: Page, reports: dict[str, str], name: str) -> None:
    page.goto(reports[name])
    titles = page.locator("h2").all_inner_texts()
    expected = {"Findings", "Clauses", "Numbers", "Environment"} | ({"Since when"} if name == "broken" else set())
    assert expected <= set(titles)
    assert page.locator("table.clauses tbody tr").count() > 100
    charts = page.locator("figure").all()
    assert len(charts) == (5 if name == "broken" else 4)
    for chart in charts:
        assert chart.locator("svg[role=img]").count() == chart.locator("table").count() == 1
    assert page.locator("h1").inner_text().count("contract is") == 1
    for link in page.locator("nav a").all():
        target = link.get_attribute("href") or ""
        assert page.locator(target).count() == 1


@pytest.mark.parametrize("name", ALL)
def test_the_page_is_quiet_and_asks_the_network_for_nothing(
    page: Page, seen: Seen, reports: dict[str, str], name: str
) -> None:
    page.goto(reports[name])
    page.locator("#filter").fill("displayName")
    page.wait_for_timeout(200)
    assert seen.complaints == []
    assert seen.requests == [reports[name]]


def test_a_finding_shows_the_clause_both_sides_and_the_marked_part(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    finding = page.locator(PATTERN)
    finding.locator("summary").first.click()
    assert (
        finding.locator("h3").inner_text()
        == "displayName: a text is accepted if and only if it matches the pattern (ECMA-262)."
    )
    assert finding.locator(".story mark").all_inner_texts() == ['"displayName":"."', "a 4xx", "201"]
    assert finding.locator(".story dt").all_inner_texts() == ["Sent", "Expected", "Received"]
    assert len({_box(side)["y"] for side in finding.locator(".story > div").all()}) == 1  # side by side
    assert "^[^./]+$" in finding.locator(".statement q").inner_text()
    assert finding.locator(".since").inner_text().startswith("first seen in the run of 2026-11-23")


def test_a_character_that_cannot_be_seen_is_named(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["hostile"])
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    escapes = page.locator(".finding pre .hidden-character")
    named = dict(zip(escapes.all_inner_texts(), [e.get_attribute("title") for e in escapes.all()], strict=True))
    assert named["\\u202e"] == "U+202E RIGHT-TO-LEFT OVERRIDE"
    assert named["\\u0000"] == "U+0000 NULL"


def test_the_keyboard_reaches_everything(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    visited = []
    for _ in range(60):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.tagName + '.' + document.activeElement.className"))
    assert "SUMMARY." in visited
    assert "A.anchor" in visited
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_details_open_and_close_by_keyboard(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    details = page.locator("details.finding").nth(1)
    details.locator("summary").first.focus()
    assert details.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert details.get_attribute("open") is not None
    assert details.locator(".story").is_visible()
    page.keyboard.press("Space")
    assert details.get_attribute("open") is None


def test_the_copy_buttons_copy_the_very_command(browser: Browser, reports: dict[str, str]) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(reports["broken"])
    finding = page.locator("details.finding").first
    finding.locator(".repeat summary").click()
    buttons = finding.locator("button.copy")
    assert buttons.count() == finding.locator(".command code").count() > 2
    for number in range(buttons.count()):
        buttons.nth(number).focus()
        page.keyboard.press("Enter")
        command = finding.locator(".command code").nth(number).text_content()
        page.wait_for_function("document.getElementById('announcement').textContent === 'The command was copied.'")
        assert page.evaluate("navigator.clipboard.readText()") == command
        assert buttons.nth(number).inner_text() == "Copied"
    context.close()


def test_the_table_of_clauses_can_be_searched_and_filtered(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    shown = page.locator("table.clauses tbody tr:visible")
    total = page.locator("table.clauses tbody tr").count()
    page.get_by_label("Search").fill("displayname pattern")
    assert 1 <= shown.count() < 5
    assert page.locator("#matches").inner_text() == f"{shown.count()} of {total} clauses"
    page.get_by_label("Search").fill("")
    page.get_by_label("kept (", exact=False).last.uncheck()
    assert shown.count() < total
    assert "kept" not in {text.strip() for text in page.locator("tr:visible .state").all_inner_texts()}


def test_an_index_leads_to_each_finding_and_opens_it(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    findings, links = page.locator("details[id^='finding:']"), page.locator(".contents a")
    assert links.count() == findings.count() > 2
    assert [finding.locator(".story").is_visible() for finding in findings.all()] == [True] + [False] * (
        links.count() - 1
    )
    assert {round(_box(link)["height"]) for link in links.all()} == {54}  # two lines each
    instead = [text.partition("Instead: ")[2] for text in page.locator(".contents .instead").all_text_contents()]
    assert len(set(instead)) == links.count()
    assert all(instead)
    links.nth(1).click()
    assert findings.nth(1).locator(".story").is_visible()


def test_groups_of_kept_clauses_are_folded_and_a_link_to_a_clause_opens_its_group(
    page: Page, reports: dict[str, str]
) -> None:
    page.goto(reports["kept"])
    folded = page.locator("details.group:not([open]) tbody tr").first
    anchor = folded.get_attribute("id")
    assert folded.is_hidden()
    page.goto("about:blank")
    page.goto(f"{reports['kept']}#{anchor}")
    assert page.locator(f"[id='{anchor}']").is_visible()


def test_the_head_shows_the_last_runs(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    assert page.locator(".runs li").count() == 3
    assert page.locator(".runs li").first.get_attribute("class") == "kept"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_serious(
    browser: Browser, reports: dict[str, str], name: str, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(reports[name])
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    context.close()
    assert [
        (violation["id"], [node["html"][:160] for node in violation["nodes"][:3]])
        for violation in found
        if violation["impact"] in {"serious", "critical", "moderate"}
    ] == []


def test_hostile_answers_stay_inert(page: Page, seen: Seen, reports: dict[str, str]) -> None:
    page.goto(reports["hostile"])
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    page.mouse.move(400, 400)
    page.wait_for_timeout(300)
    assert seen.complaints == []
    assert page.locator("img, iframe, object, embed, form, base, [onload], [onerror], [onmouseover]").count() == 0
    assert page.locator("script").count() == 1
    assert page.locator("a[href^=javascript], a[href^=http]").count() == 0
    assert page.locator("body").inner_text().count("<script>alert(1)</script>") > 3
    assert page.locator("title").first.inner_text().startswith("Broken: contract of POST /v1/projects")


@pytest.mark.parametrize("name", ALL)
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, reports: dict[str, str], name: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(reports[name])
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_light_and_dark_follow_the_reader(browser: Browser, reports: dict[str, str]) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(reports["kept"])
        colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert len(set(colours)) == 2


def test_on_paper_the_findings_are_open_and_nothing_is_there_to_click(page: Page, reports: dict[str, str]) -> None:
    page.goto(reports["broken"])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.finding:not([open])").count() == 0
    assert page.locator("nav").is_hidden()
    assert page.locator("button.copy").first.is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.finding:not([open])").count() > 0
    assert page.pdf().startswith(b"%PDF-")


def test_without_scripts_the_report_can_be_read(browser: Browser, reports: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(reports["broken"])
    assert page.locator("details.finding .story").first.is_visible()
    assert page.locator("table.clauses tbody tr").first.is_visible()
    assert page.locator("button.copy").first.is_hidden()
    assert page.locator(".filters").is_hidden()
    context.close()
