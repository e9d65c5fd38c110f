"""The demo as people have it: a customer in the widget and an agent at the desk, in Polish, in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from time import monotonic

import pytest
from playwright.async_api import Browser, BrowserContext, Frame, Page, expect

from tests.attachments.files import exif, jpeg, segment
from tests.running import Demo, run_demo

pytestmark = pytest.mark.anyio
PASSWORD = "trzy-spokojne-okna"  # made up here, for a database that lives as long as this test
PHOTOGRAPH = jpeg(segment(0xE1, b"Exif\0\0" + exif(6)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with run_demo(tmp_path_factory.mktemp("demo with spaces")) as demo:
        yield demo


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(locale="pl-PL", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    yield context
    await context.close()


async def open_chat(page: Page, demo: Demo, brand: str, button: str = "Pomoc") -> Frame:
    await page.goto(f"{demo.address}/demo/{brand}")
    await page.get_by_role("button", name=button).click()
    frame = await page.wait_for_selector("iframe")
    window = await frame.content_frame() if frame else None
    assert window is not None
    return window


async def write(chat: Frame, text: str) -> None:
    await chat.get_by_role("textbox").fill(text)
    await chat.get_by_role("textbox").press("Enter")


async def sign_in(page: Page, demo: Demo) -> None:
    """The first time by the link that works once, later with the password."""
    await page.goto(f"{demo.address}/desk")
    if "/desk/sign-in" not in page.url:
        return
    await page.get_by_label("Login").fill("ola@okienko.example")
    await page.get_by_label("Hasło").fill(PASSWORD)
    await page.get_by_label("Hasło").press("Enter")
    await page.wait_for_load_state()
    if "/desk/sign-in" in page.url:
        await page.goto(demo.link)
        await page.get_by_label("Hasło", exact=True).fill(PASSWORD)
        await page.get_by_label("Hasło jeszcze raz").fill(PASSWORD)
        await page.get_by_role("button", name="Zapisz i otwórz").click()
    await expect(page).to_have_url(re.compile(r"/desk(\?.*)?$"))


async def test_a_question_a_takeover_and_the_way_back(context: BrowserContext, demo: Demo) -> None:
    customer, agent = await context.new_page(), await context.new_page()
    await customer.bring_to_front()  # a page behind another one loses clicks
    chat = await open_chat(customer, demo, "seans")
    await expect(chat.get_by_text("To jest program (bot), nie człowiek.")).to_be_visible()

    await write(chat, "nie mogę się zalogować na telewizorze, mój mail to ewa.k@poczta.example")
    before = chat.get_by_role("region", name="Przed wysłaniem ukryjemy: adres e-mail")
    await before.press("Enter")  # it has the focus, and Enter sends
    await expect(chat.get_by_role("log").get_by_text("mój mail to [e-mail]")).to_be_visible()
    await expect(chat.get_by_text("Zaloguj kodem")).to_be_visible()
    await expect(chat.get_by_role("link", name="Jak zalogować się na telewizorze?")).to_be_visible()

    await sign_in(agent, demo)
    await agent.goto(f"{demo.address}/desk?view=bot")
    await agent.get_by_role("link", name=re.compile("nie mogę się zalogować na telewizorze")).first.click()
    await expect(agent.get_by_role("log")).to_contain_text("mój mail to [e-mail]")
    await expect(agent.get_by_role("log")).not_to_contain_text("ewa.k@poczta.example")
    await agent.get_by_role("button", name=re.compile("^Przejmij")).click()
    await expect(chat.get_by_text("Do rozmowy dołącza Ola.")).to_be_visible()

    await write(chat, "ile kosztuje plan Duet")
    await expect(agent.get_by_role("log")).to_contain_text("ile kosztuje plan Duet")
    await agent.get_by_label("Treść").fill("Dzień dobry, sprawdzam.")
    await agent.get_by_role("button", name=re.compile("^Wyślij")).click()
    await expect(chat.get_by_text("Dzień dobry, sprawdzam.")).to_be_visible()
    assert await chat.get_by_text("Duet kosztuje").count() == 0  # the bot knows it, and is silent

    await agent.get_by_role("button", name=re.compile("Do bota")).click()
    await write(chat, "jak zrezygnować z subskrypcji")
    await expect(chat.get_by_text("Zakończ subskrypcję")).to_be_visible()

    await customer.reload()
    chat = await open_chat(customer, demo, "seans")
    await expect(chat.get_by_text("Dzień dobry, sprawdzam.")).to_be_visible()  # history after a reload
    await expect(chat.get_by_text("mój mail to [e-mail]")).to_have_count(1)


async def test_a_category_an_answer_that_did_not_help_and_a_person(context: BrowserContext, demo: Demo) -> None:
    page = await context.new_page()
    chat = await open_chat(page, demo, "kramik")
    await chat.get_by_role("button", name=re.compile("Zwroty")).first.click()
    await expect(chat.get_by_text("Napisz, co się stało.")).to_be_visible()
    await write(chat, "jak zwrócić zakup?")
    await expect(chat.get_by_text("14 dni")).to_be_visible()
    await chat.get_by_role("button", name="Nie", exact=True).click()
    reasons = chat.get_by_role("group", name="Co jest nie tak z tą odpowiedzią?")
    await reasons.get_by_label("Jest niejasna").check()
    await chat.get_by_role("button", name="Wyślij ocenę").click()
    await expect(chat.get_by_text("Ocena zapisana: nie pomogło.")).to_be_visible()
    await chat.get_by_role("button", name="Porozmawiaj z człowiekiem").first.click()
    await expect(chat.get_by_text(re.compile(r"Sprawa [A-Z2-9]{3}-[A-Z2-9]{4}")).first).to_be_visible()


async def test_a_picture_is_attached_and_opened_at_the_desk(context: BrowserContext, demo: Demo) -> None:
    customer, agent = await context.new_page(), await context.new_page()
    await customer.bring_to_front()
    chat = await open_chat(customer, demo, "seans")
    await chat.set_input_files("#file", {"name": "ekran.jpg", "mimeType": "image/jpeg", "buffer": PHOTOGRAPH})
    await expect(chat.locator(".chat-file")).to_contain_text("1 kB")
    await write(chat, "tak wygląda ekran po zalogowaniu")
    card = chat.locator("#log .bubble.own .said")
    await expect(card).to_contain_text("tak wygląda ekran po zalogowaniu")
    await expect(card.locator(".attached b")).to_have_text("Zdjęcie")
    await expect(chat.get_by_text("Bot nie otwiera załączników, więc zajmie się tym człowiek.")).to_be_visible()
    await expect(chat.locator("img")).to_have_count(0)

    await sign_in(agent, demo)
    await agent.get_by_role("link", name=re.compile("tak wygląda ekran")).click()
    await agent.get_by_role("button", name="Przejmij").click()
    await expect(agent.get_by_text("Każde otwarcie jest zapisywane.")).to_be_visible()
    async with context.expect_page() as opening:
        await agent.get_by_role("button", name="Pokaż").click()
    opened = await opening.value
    await opened.wait_for_load_state()
    picture = await opened.evaluate(
        "({width: document.images[0].naturalWidth, height: document.images[0].naturalHeight})"
    )
    assert picture == {"width": 8, "height": 16}  # of 16 by 8 pixels, turned as the camera was held
    await expect(agent.get_by_text(re.compile("Ostatnie otwarcie: "))).to_be_visible()


async def test_what_did_not_help_becomes_an_example_question_and_the_next_customer_is_answered(
    context: BrowserContext, browser: Browser, demo: Demo
) -> None:
    asked, wrong, right = (
        "pobrało mi dwa razy kasę z karty",
        "Dlaczego płatność za Seans została odrzucona?",
        "Czy dostanę zwrot za subskrypcję?",
    )
    own = "pobrało kasę z karty dwukrotnie, dwa razy"
    customer, editor = await context.new_page(), await context.new_page()
    await customer.bring_to_front()
    chat = await open_chat(customer, demo, "seans")
    await write(chat, asked)
    await expect(chat.get_by_role("link", name=re.compile(wrong)).last).to_be_visible()
    await chat.get_by_role("button", name="Nie", exact=True).last.click()
    reasons = chat.get_by_role("group", name="Co jest nie tak z tą odpowiedzią?")
    await reasons.get_by_label("Nie dotyczy mojej sprawy").check()
    await chat.get_by_role("button", name="Wyślij ocenę").click()
    await expect(chat.get_by_text("Ocena zapisana: nie pomogło.")).to_be_visible()

    await editor.bring_to_front()
    await sign_in(editor, demo)
    await editor.goto(f"{demo.address}/desk/articles/gaps?brand=seans")
    gap = editor.get_by_role("listitem").filter(has=editor.get_by_role("heading", name=asked))
    await expect(gap).to_contain_text("nie pomogła: nie na temat")
    await editor.get_by_label("Proponuj pytania klientów jako przykładowe pytania").check()
    await editor.get_by_role("button", name="Zapisz ustalenia").click()
    await expect(editor.get_by_text("Ustalenia są zapisane.")).to_be_visible()
    await gap.get_by_label(re.compile("^Tytuł artykułu do pytania")).fill(right)
    await gap.get_by_role("button", name="Dodaj jako przykładowe pytanie").press("Enter")
    # The brand is in Poland: a customer's own words are not proposed, and not taken either.
    typed = editor.get_by_label("Pytanie tak, jak zada je klient")
    await typed.fill(asked)
    await editor.get_by_role("button", name="Pokaż, co się zmieni").click()
    await editor.get_by_role("button", name=re.compile("^Dodaj pytanie")).press("Enter")
    await expect(editor.get_by_text("to słowa klienta")).to_be_visible()
    await typed.fill(own)
    await editor.get_by_role("button", name="Pokaż, co się zmieni").click()
    proposal = editor.get_by_role("article").filter(has=editor.get_by_role("heading", name=own))
    await expect(proposal).to_contain_text(f"teraz: {wrong} → potem: {right}")

    next_context = await browser.new_context(locale="pl-PL")
    page = await next_context.new_page()
    chat = await open_chat(page, demo, "seans")  # before the addition: what follows has five seconds, all in all
    await editor.bring_to_front()
    await proposal.get_by_role("button", name=re.compile("^Dodaj pytanie")).press("Enter")
    added = monotonic()
    await expect(editor.get_by_text("Pytanie zostało dodane.")).to_be_visible()
    await write(chat, "pobrało mi kasę z karty dwa razy")
    await expect(chat.get_by_role("link", name=right).last).to_be_visible(timeout=5_000)
    assert monotonic() - added < 5
    await next_context.close()
