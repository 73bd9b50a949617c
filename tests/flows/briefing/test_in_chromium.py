"""The site in a real browser, opened from files: every kind of page, three widths, light and dark, axe, the search box.

Needs Chromium (Debian's package) and the development packages playwright and axe-playwright-python.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.briefing.invented import HUGE_DAY, RIGHT_TO_LEFT, SAGA, TODAY
from tests.flows.briefing.sites import pages_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api: Any = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make test installs it)")
axe_of: Any = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium")

expect = sync_api.expect
WIDTHS = (390, 820, 1280)
AXE = axe_of.AXE_FILE_PATH.read_text(encoding="utf-8")
# Pages that differ in kind, by what their h1 begins with where their name is not known.
PAGES = (
    "index.html", "storylines.html", "topics/export-controls.html", "figures.html", "search.html",
    f"days/{HUGE_DAY:%Y-%m-%d}.html", f"days/{TODAY:%Y-%m-%d}.html",
    "h1 " + SAGA, "h1 </title>", "h1 WWW", "h1 " + RIGHT_TO_LEFT,
    *(
        pytest.param(name, marks=pytest.mark.long)
        for name in ("days.html", "topics.html", "sources.html", "closed " + SAGA)
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page; the test fails for anything in its console and for any request that is not for a file."""
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:")) or said.append(request.url))
    yield page
    context.close()
    assert said == []


def address(site: Path, name: str) -> str:
    """The file of the page."""
    kind, _, title = name.partition(" ")
    if kind in ("h1", "closed"):
        pages = pages_of(site)
        found = [path for path, page in pages.items() if str(page.xpath("string(//h1)")).startswith(title)]
        name = sorted(found, key=lambda path: (len(path), path), reverse=kind == "closed")[0]
    return (site / name).as_uri()


def violations(page: Page, *, only: str | None = None) -> list[tuple[str, str]]:
    """What axe finds, as rule and element; of one rule or of all."""
    options = {"resultTypes": ["violations"], "preload": False, **({"runOnly": [only]} if only else {})}
    page.evaluate(AXE)
    found = page.evaluate("options => axe.run(document, options)", options)
    return [(one["id"], node["html"][:300]) for one in found["violations"] for node in one["nodes"][:3]]


@pytest.mark.parametrize("name", PAGES, ids=lambda name: str(name)[:24])
def test_the_page_fits_and_axe_finds_nothing(strange: Path, page: Page, name: str) -> None:
    page.goto(address(strange, name))
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{width} {scheme}: {wide} pixels wide"
            # Rules other than that on contrast see neither colours nor, but for what folds, widths.
            if (scheme, width) in (("light", 390), ("dark", 1280)):
                assert violations(page, only=None if scheme == "light" else "color-contrast") == []


def test_every_page_can_be_read_without_scripts_and_its_plots_are_drawn(strange: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address(strange, "h1 " + SAGA))
    assert page.locator("article").count() >= 8
    assert page.locator("svg.plot:visible").count() == 2
    page.goto(address(strange, "search.html"))
    assert "needs JavaScript" in page.inner_text("main")
    context.close()


def test_the_search_box_finds_a_storyline_and_the_very_turn(strange: Path, page: Page) -> None:
    page.goto(address(strange, "index.html"))
    page.fill("#find", "lumora divestiture")
    page.keyboard.press("Enter")
    page.wait_for_selector("#results > li", timeout=20_000)
    assert page.inner_text("#results > li h2 >> nth=0").startswith(SAGA)
    assert "for “lumora divestiture”" in page.inner_text("#said")
    page.fill("#q", "matter 17")
    expect(page.locator("#said")).to_contain_text("matter 17", timeout=20_000)
    expect(page.locator("#results a").first).to_contain_text("Matter 17", timeout=20_000)
    turn = page.locator("#results a[href*='#d-']").first
    headline = turn.inner_text()
    turn.click()
    page.wait_for_selector("h3:target")
    assert page.inner_text("h3:target").strip() == headline.strip()


def test_the_search_page_stays_calm_about_nothing_found_and_markup(strange: Path, page: Page) -> None:
    page.goto(address(strange, "search.html") + "?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%20zzzzqq")
    expect(page.locator("#said")).to_contain_text("Nothing for", timeout=20_000)
    page.fill("#q", "owned")
    page.wait_for_selector("#results > li", timeout=20_000)
    assert page.title() == "Search · sovwatch"
    assert "<script>" in page.inner_text("#results > li h2 >> nth=0")
    assert violations(page) == []


def test_the_keyboard_reaches_content_first_and_the_whole_page(strange: Path, page: Page) -> None:
    page.goto(address(strange, "index.html"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_paper_shows_the_text_and_no_controls(strange: Path, page: Page) -> None:
    page.goto(address(strange, "h1 " + SAGA))
    page.emulate_media(media="print")
    assert page.locator("article h3").first.is_visible()
    assert not page.locator(".find").is_visible()
    assert not page.locator("article .folds").first.is_visible()
