"""Whether everybody can use a page: axe finds nothing, and nothing is wider than the window.

    assert_accessible(page)     # as it is now, at both widths, light and dark

With the keyboard: one can skip to the page, sees where one is, and comes to every main button.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDTHS = (1280, 390)
#: What is looked for in each theme: the second differs from the first in its colours only.
THEMES: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}

_FAULTS = """async (options) => {
    const found = await axe.run({resultTypes: ["violations"], ...options});
    return found.violations.flatMap(rule =>
        rule.nodes.map(node => `${rule.id}: ${node.html} (${node.failureSummary})`));
}"""
_TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.body.querySelectorAll("*")]
        .filter(each => each.getBoundingClientRect().right > room + 1)
        .map(each => `wider than ${room} px: ${each.outerHTML.slice(0, 120)}`);
}"""

#: More than any page has to stop at.
_MOST_STOPS = 400
_STOP = """() => {
    const here = document.activeElement;
    if (!here || here === document.body) return null;
    // A field for a day has several stops inside.
    if (here === window.stoppedAt) return {again: true};
    if (here.dataset.seen) return null;
    window.stoppedAt = here;
    here.dataset.seen = "yes";
    const style = getComputedStyle(here), box = here.getBoundingClientRect();
    return {
        html: here.outerHTML.slice(0, 120),
        skip: here.classList.contains("skip"),
        frame: here.tagName === "IFRAME",
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
            && box.width > 0 && box.right > 0,
    };
}"""
#: Inside a frame, whose page draws the ring itself: the one around it is not told of the focus.
_SEEN_INSIDE = """() => {
    const here = document.activeElement, around = getComputedStyle(here, "::before");
    return [getComputedStyle(here), here === document.body ? around : null].some(style =>
        style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}"""
_UNREACHED = """() => [...document.querySelectorAll(".btn-primary")]
    .filter(each => each.checkVisibility() && !each.dataset.seen)
    .map(each => `not reached with the keyboard: ${each.outerHTML.slice(0, 120)}`)"""


def assert_accessible(page: Page) -> None:
    """Raises AssertionError with every fault, by width and theme."""
    faults = faults_of(page)
    assert not faults, page.url + "\n" + "\n".join(faults)


def faults_of(page: Page) -> list[str]:
    """The faults of the page as it is now; its window and theme are as before in the end."""
    before, faults = page.viewport_size, []
    # As a script tag it would be refused by the security policy, as it should be.
    page.evaluate(_axe())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate(_TOO_WIDE)
        for theme, options in THEMES.items():
            page.emulate_media(color_scheme=theme)
            told = page.evaluate(_FAULTS, options)
            faults += [f"{width} px, {theme}: {fault}" for fault in told]
        faults += found
    page.emulate_media(color_scheme="null")
    if before:
        page.set_viewport_size(before)
    return faults


def keyboard_faults_of(page: Page) -> list[str]:
    """The faults that somebody without a mouse meets, from the top of the page to its end."""
    stops = list(_stops(page))
    faults = [f"focus is not to be seen: {stop['html']}" for stop in stops if not stop["seen"]]
    if page.locator(".skip").count() and not (stops and stops[0]["skip"]):
        faults.append("the first stop is not the link to the page")
    return faults + page.evaluate(_UNREACHED)


def _stops(page: Page) -> Iterator[dict[str, Any]]:
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            return
        if "again" not in stop:
            yield stop | _inside(page) if stop["frame"] else stop


def _inside(page: Page) -> dict[str, Any]:
    holder = page.evaluate_handle("document.activeElement").as_element()
    frame = holder.content_frame() if holder else None
    return {"seen": frame is not None and frame.evaluate(_SEEN_INSIDE)}


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
