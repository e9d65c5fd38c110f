"""The tutorial of scenarios, done as it is written: each numbered line of the document is one action in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.test_demo import context, demo, open_chat, sign_in, write
from tests.running import Demo

__all__ = ["context", "demo"]  # fixtures

pytestmark = pytest.mark.anyio
DOCS = Path(__file__).resolve().parents[2] / "docs"
MOST = 25  # actions
STEP = re.compile(r"^\d+\. [^*`]*\*\*(?P<name>[^*]+)\*\*(?:[^`.]*: `(?P<what>[^`]+)`)?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One action: what is pressed, or which field is filled in with what."""

    name: str
    what: str | None


def read_steps(text: str) -> list[Step]:
    """The numbered lines of a document, each read whole."""
    found = [Step(match["name"], match["what"]) for match in STEP.finditer(text)]
    assert len(found) == len(re.findall(r"^\d+\. ", text, re.MULTILINE))
    return found


async def do(page: Page, step: Step) -> None:
    """Presses or fills in what is called so."""
    if step.what is None:
        named = re.compile("^" + re.escape(step.name))
        pressed = page.get_by_role("button", name=named).or_(page.get_by_role("link", name=step.name, exact=True))
        await pressed.or_(page.get_by_role("radio", name=step.name)).first.click()
        await expect(page.locator(".htmx-request")).to_have_count(0)  # what comes of it is there
        return
    field = page.get_by_label(step.name, exact=True)
    if await field.evaluate("field => field.tagName") == "SELECT":
        await field.select_option(label=step.what)
    else:
        await field.fill(step.what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is asked and said in one of the languages."""

    document: str
    locale: str
    help: str
    asked: str
    answered: str
    said: str


POLISH = Told(
    document="tutorial-scenario.pl.md",
    locale="pl-PL",
    help="Pomoc",
    asked="moja karta podarunkowa nie działa",
    answered="Co się dzieje po wpisaniu kodu?",
    said="Od teraz działa",
)
ENGLISH = Told(
    document="tutorial-scenario.md",
    locale="en-GB",
    help="Help",
    asked="my gift card does not work",
    answered="What happens when you enter the code?",
    said="It runs from now on",
)


@pytest.mark.parametrize("told", [POLISH, ENGLISH], ids=["pl", "en"])
async def test_the_tutorial_makes_a_scenario_that_a_customer_gets(browser: Browser, demo: Demo, told: Told) -> None:
    steps = read_steps((DOCS / told.document).read_text("utf-8"))
    assert 10 < len(steps) <= MOST
    author = await browser.new_context(locale="pl-PL", viewport={"width": 1440, "height": 900})
    page = await author.new_page()
    await sign_in(page, demo)
    if told is ENGLISH:
        await page.get_by_role("button", name="English").click()
    customers = await browser.new_context(locale=told.locale)
    window = await customers.new_page()
    chat = await open_chat(
        window, demo, "kramik", told.help
    )  # before publishing: what follows has five seconds, all in all
    await page.bring_to_front()
    for step in steps:
        await do(page, step)
    published = monotonic()
    await expect(page.get_by_role("status").filter(has_text=told.said)).to_be_visible()
    await window.bring_to_front()
    await write(chat, told.asked)
    await expect(chat.get_by_text(told.answered)).to_be_visible(timeout=5_000)
    assert monotonic() - published < 5
