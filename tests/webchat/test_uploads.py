"""Files in the widget's composer, in a browser."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from playwright.async_api import Browser, FilePayload, Frame, Page, Route, expect

from okienko.attachments.check import check
from okienko.attachments.kinds import MOST_BYTES, FileType
from tests.attachments.files import exif, jpeg, pdf, png, segment
from tests.attachments.test_check import TAKEN
from tests.web_world import Site
from tests.webchat.test_widget import open_window, write

pytestmark = pytest.mark.anyio
PHOTOGRAPH: Final = jpeg(segment(0xE1, b"Exif\0\0" + exif()))


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="pl-PL", viewport={"width": 1024, "height": 760})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


def file(name: str, body: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": body}


async def choose(window: Frame, *files: FilePayload) -> None:
    await window.set_input_files("#file", list(files))


async def test_a_file_waits_for_its_message_and_goes_with_it(page: Page, site: Site) -> None:
    sent: list[dict[str, str]] = []
    bodies: list[bytes | None] = []

    async def look(route: Route) -> None:
        sent.append(await route.request.all_headers())
        bodies.append(route.request.post_data_buffer)
        await route.continue_()

    await page.route("**/attachments?*", look)
    window = await open_window(page, site)
    await choose(window, file("Anna Nowak dowód.jpg", PHOTOGRAPH), file("faktura.pdf", pdf()))
    rows = window.locator(".chat-file")
    await expect(rows.nth(0)).to_contain_text("Anna Nowak dowód.jpg")
    await expect(rows.nth(0).locator("[role=status]")).to_have_text("1 kB")
    await expect(rows.nth(1).locator("[role=status]")).to_have_text("1 kB")
    assert await site.world.rows("select count(*) from message") == [(0,)]
    assert bodies[0] == PHOTOGRAPH  # the file and nothing else; its name stays here
    assert "Nowak" not in repr(sent)
    assert {headers["content-type"] for headers in sent} == {"application/octet-stream"}
    await write(window, "w załączeniu")
    said = window.locator("#log .bubble.own .said")
    await expect(said).to_contain_text("w załączeniu")
    assert await said.locator(".attached b").all_inner_texts() == ["Zdjęcie", "Dokument PDF"]
    await expect(rows).to_have_count(0)
    await expect(window.locator("#pending .bubble")).to_have_count(0)
    assert await site.world.rows("select kind, text from message") == [
        ("attachment", "w załączeniu\n[załącznik: zdjęcie]\n[załącznik: PDF]")
    ]
    await page.reload()
    window = await open_window(page, site)
    await expect(window.locator("#log .attached b")).to_have_text(["Zdjęcie", "Dokument PDF"])


async def test_a_file_may_go_without_words_and_can_be_taken_out(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await choose(window, file("jeden.png", png()), file("dwa.png", png()))
    await expect(window.locator(".chat-file progress:visible")).to_have_count(0)
    await window.get_by_role("button", name="Usuń: jeden.png").click()
    await expect(window.get_by_role("button", name="Usuń: dwa.png")).to_be_focused()
    await expect(window.locator(".chat-file")).to_have_count(1)
    await window.locator("#send").click()
    await expect(window.locator("#log .bubble.own .attached")).to_have_count(1)
    assert await site.world.rows("select text from message") == [("[załącznik: zdjęcie]",)]
    assert await site.world.rows("select count(*) from attachment") == [(1,)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\0\0\0\x24ftypheic" + bytes(40), "Zdjęć HEIC nie da się tu wyświetlić."),
        (b"PK\x03\x04", "Nie przyjmujemy dokumentów biurowych ani archiwów."),
        (b"<svg/>", "Ten plik jest czymś innym."),
        (PHOTOGRAPH[:-5], "Plik jest uszkodzony albo niepełny."),
        (b"", "Plik jest pusty."),
        (b"a" * (MOST_BYTES + 1), "Plik ma więcej niż 10 MB."),
    ],
)
async def test_a_refused_file_says_why_and_holds_the_message_until_it_is_removed(
    page: Page, site: Site, body: bytes, says: str
) -> None:
    window = await open_window(page, site)
    await choose(window, file("plik", body))
    await expect(window.locator(".chat-file")).to_contain_text(says)
    await write(window, "oto plik")
    await expect(window.locator("#status")).to_contain_text("Jednego z plików nie udało się przyjąć.")
    await window.get_by_role("button", name="Usuń: plik").click()
    await window.locator("#send").click()
    await expect(window.locator("#log .bubble.own .said")).to_have_text("oto plik")


async def test_a_message_waits_for_its_files_and_six_are_too_many(page: Page, site: Site) -> None:
    go = asyncio.Event()

    async def hold(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await page.route("**/attachments?*", hold)
    window = await open_window(page, site)
    await choose(window, *(file(f"{n}.png", png()) for n in range(6)))
    await expect(window.locator("#status")).to_have_text("Największa liczba plików w jednej wiadomości: 5.")
    await expect(window.locator(".chat-file")).to_have_count(5)
    await write(window, "pięć")
    await expect(window.locator("#status")).to_contain_text("Plik jeszcze się wysyła.")
    go.set()
    await expect(window.locator(".chat-file progress:visible")).to_have_count(0)
    await window.locator("#send").click()
    await expect(window.locator("#log .bubble.own .attached")).to_have_count(5)
    assert await site.world.rows("select count(*) from conversation") == [(1,)]  # five began it together


async def test_a_lost_upload_is_tried_again(page: Page, site: Site) -> None:
    lost = True

    async def lose(route: Route) -> None:
        await (route.abort() if lost else route.continue_())

    await page.route("**/attachments?*", lose)
    window = await open_window(page, site)
    await choose(window, file("a.png", png()))
    await expect(window.locator(".chat-file")).to_contain_text("Nie wysłano.")
    lost = False
    await window.locator(".chat-file").get_by_role("button", name="Wyślij ponownie").click()
    await expect(window.locator(".chat-file [role=status]")).to_have_text("1 kB")


@pytest.mark.parametrize(
    ("why", "says", "again"),
    [
        ("infected", "Program antywirusowy wykrył w tym pliku zagrożenie", 0),
        ("unscanned", "Nie udało się teraz sprawdzić pliku", 1),
    ],
)
async def test_a_scanner_s_refusal_is_told_and_silence_may_be_tried_again(
    page: Page, site: Site, why: str, says: str, again: int
) -> None:
    await page.route("**/attachments?*", lambda route: route.fulfill(status=503, json={"refused": why}))
    window = await open_window(page, site)
    await choose(window, file("a.png", png()))
    await expect(window.locator(".chat-file [role=status]")).to_contain_text(says)
    await expect(window.locator(".chat-file").get_by_role("button", name="Wyślij ponownie")).to_have_count(again)


async def test_files_that_are_gone_give_the_words_back(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await choose(window, file("a.png", png()))
    await expect(window.locator(".chat-file [role=status]")).to_have_text("1 kB")
    await site.world.run("delete from attachment")
    await write(window, "tak to wygląda")
    await expect(window.locator("#status")).to_contain_text("Dołącz je jeszcze raz.")
    await expect(window.locator("#text")).to_have_value("tak to wygląda")
    assert await site.world.rows("select count(*) from message") == [(0,)]


async def test_pasted_and_dropped_files_are_attached(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await window.evaluate(
        """() => {
          const data = () => {
            const all = new DataTransfer();
            all.items.add(new File(["notatka"], "a.txt"));
            return all;
          };
          const how = { bubbles: true, cancelable: true };
          const text = document.getElementById("text");
          text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data(), ...how }));
          text.dispatchEvent(new DragEvent("drop", { dataTransfer: data(), ...how }));
        }"""
    )
    await expect(window.locator(".chat-file [role=status]")).to_have_text(["1 kB", "1 kB"])


async def test_a_preview_before_sending_keeps_the_files(page: Page, site: Site) -> None:
    window = await open_window(page, site)
    await choose(window, file("a.png", png()))
    await expect(window.locator(".chat-file [role=status]")).to_have_text("1 kB")
    await write(window, "piszcie na jan@poczta.example")
    await window.get_by_role("button", name="Popraw wiadomość").click()
    await expect(window.locator(".chat-file")).to_have_count(1)
    await window.locator("#send").click()
    await window.locator("#before-send").click()
    await expect(window.locator("#log .bubble.own .said")).to_contain_text("[e-mail]")
    await expect(window.locator("#log .bubble.own .attached")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a11_01_the_composer_with_files_is_accessible(page: Page, site: Site, axe: str, theme: Any) -> None:
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    window = await open_window(page, site)
    await choose(window, file("dobry.png", png()), file("zły.docx", b"PK\x03\x04"))
    await expect(window.locator(".chat-file.harm")).to_have_count(1)
    await expect(window.locator(".chat-file progress:visible")).to_have_count(0)
    await window.evaluate(axe)
    found: dict[str, Any] = await window.evaluate("axe.run()")
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


SIZE: Final = """async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return [picture.naturalWidth, picture.naturalHeight];
}"""


async def test_what_the_check_leaves_is_still_a_picture_the_right_way_up(page: Page) -> None:
    sizes = {FileType.JPEG: [16, 8], FileType.PNG: [4, 3], FileType.WEBP: [16, 8], FileType.GIF: [1, 1]}
    lying = {"jpeg, exif and gps", "png, exif"}  # browsers do not ask a WebP which way up it is
    for name, (data, type_, _) in TAKEN.items():
        if type_ in sizes and "colours" not in name:
            address = f"data:image/{type_};base64,{b64encode(check(data).body).decode()}"
            size = sizes[type_][::-1] if name in lying else sizes[type_]
            assert await page.evaluate(SIZE, address) == size, name
