"""What is wrong with a page for those who cannot see it, or press it with a finger."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A finger needs 44 px; half a pixel is lost in rounding.
_SMALL = """(sides) => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.closest("[inert], .unseen, .skip"))
  .map((each) => each.closest("label") ?? each)
  .filter((each) => sides.some((side) => each.getBoundingClientRect()[side] < 43.5))
  .map((each) => `too small: ${each.outerHTML.slice(0, 90)}`)"""


def violations(page: Page) -> list[str]:
    """What axe finds, each with the first place where it is so."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def small_targets(page: Page, *sides: Literal["height", "width"]) -> list[str]:
    """What can be pressed and is too small on one of these sides."""
    found: list[str] = page.evaluate(_SMALL, list(sides))
    return found


def runs_over(page: Page) -> list[str]:
    """Whether something stands over the screen's edge."""
    is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return ["scrolls sideways"] if is_wide else []
