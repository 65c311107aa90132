"""What axe says of a page, small and large, light and dark."""

from collections.abc import Sequence
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALLEST: ViewportSize = {"width": 320, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AT_REST = """async () => {
    await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map(each => each.finished));
}"""
# Axe leaves to people what an attribute names that is not there.
NAMED_AND_ABSENT = """['describedby', 'labelledby', 'controls', 'owns', 'errormessage'].flatMap(name =>
    [...document.querySelectorAll(`[aria-${name}]`)].flatMap(element =>
        element.getAttribute(`aria-${name}`).split(/\\s+/)
            .filter(id => id !== '' && !document.getElementById(id))
            .map(id => `aria-${name} of a ${element.localName} names ${id}`)))"""

axe = Axe()


def is_accessible(page: Page, sizes: Sequence[ViewportSize] = (PHONE, DESKTOP)) -> None:
    """Axe has nothing to say, small and large, light and dark; and nothing sticks out at the side."""
    found: list[str] = []
    page.emulate_media(reduced_motion="reduce")
    for size in sizes:
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(AT_REST)
            for violation in axe.run(page).response["violations"]:
                where = [(node["target"], node["failureSummary"]) for node in violation["nodes"]]
                found.append(f"{size['width']} {scheme}: {violation['id']} {where}")
        found += page.evaluate(NAMED_AND_ABSENT)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{size['width']}: sticks out")
    assert found == []
