"""Markdown becomes HTML that is safe to show."""

from __future__ import annotations

import pytest

from okienko.articles.body import Heading, anchor_for, render_body


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# Tytuł\n\nTekst **ważny**.", '<h2 id="tytul">Tytuł</h2>\n<p>Tekst <strong>ważny</strong>.</p>\n'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>\n"),
        ("[x](ftp://a.example)", '<p><a rel="noopener noreferrer">x</a></p>\n'),
        ("[x](https://a.example/?b=1)", '<p><a href="https://a.example/?b=1" rel="noopener noreferrer">x</a></p>\n'),
        ("![obraz](https://a.example/pixel.png)", "<p></p>\n"),
        ("3. trzy\n4. cztery", '<ol start="3">\n<li>trzy</li>\n<li>cztery</li>\n</ol>\n'),
        ('## <b onclick="x">Cześć</b>', '<h2 id="b-onclick-x-czesc-b">&lt;b onclick="x"&gt;Cześć&lt;/b&gt;</h2>\n'),
    ],
)
def test_rendering(markdown: str, html: str) -> None:
    assert render_body(markdown).html == html


def test_headings_have_anchors_of_their_own() -> None:
    body = render_body("## Żółty ekran\n\n### W środku\n\n## Żółty ekran\n\n## ???\n")
    assert body.headings == (
        Heading(anchor="zolty-ekran", text="Żółty ekran"),
        Heading(anchor="zolty-ekran-2", text="Żółty ekran"),
        Heading(anchor="part", text="???"),
    )
    assert 'id="w-srodku"' in body.html


def test_anchors_are_plain() -> None:
    assert anchor_for("Żółty ekran: co robić?") == "zolty-ekran-co-robic"
    assert anchor_for("ŁÓDŹ") == "lodz"
