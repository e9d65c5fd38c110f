"""`okienko mask --jsonl`."""

from __future__ import annotations

import json
import traceback

import pytest

from okienko.keys import Keys
from okienko.masking.jsonl import BadLine, mask_lines

KEYS = Keys(operator=b"o" * 32, index=b"i" * 32)


def test_lines_become_masked_lines_with_spans_of_the_original() -> None:
    text = "Zamówienie nr 60578749, mail: jan\u200b@poczta.example, tel. 601 156 759"
    lines = [json.dumps({"id": "a", "text": text}), "", json.dumps({"id": 7, "text": "dzień dobry"}).encode()]
    first, second = (json.loads(line) for line in mask_lines(lines, keys=KEYS, language="pl"))
    assert first["masked"] == "Zamówienie nr 60578749, mail: [e-mail], tel. [telefon]"
    assert [(span["label"], text[span["start"] : span["end"]]) for span in first["spans"]] == [
        ("ORDER_NUMBER", "60578749"),
        ("EMAIL_ADDRESS", "jan\u200b@poczta.example"),
        ("PHONE_NUMBER", "601 156 759"),
    ]
    assert second == {"id": 7, "masked": "dzień dobry", "spans": []}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": 1, "text": "jan@poczta.example"', "no JSON object"),
        ('["jan@poczta.example"]', "no JSON object"),
        ('"jan@poczta.example"', "no JSON object"),
        ('{"text": "jan@poczta.example"}', '"id"'),
        ('{"id": null, "text": "jan@poczta.example"}', '"id"'),
        ('{"id": 1, "text": ["jan@poczta.example"]}', '"text"'),
        ('{"id": 1, "note": "jan@poczta.example"}', '"text"'),
        (b'{"id": 1, "text": "\xff jan@poczta.example"}', "no JSON object"),
    ],
)
def test_a_bad_line_is_named_without_its_words(line: str | bytes, problem: str) -> None:
    lines = ['{"id": 0, "text": "dobra"}', line]
    with pytest.raises(BadLine) as bad:
        list(mask_lines(lines, keys=KEYS, language="pl"))
    assert bad.value.number == 2
    assert problem in str(bad.value)
    assert bad.value.__context__ is None
    assert "jan@" not in "".join(traceback.format_exception(bad.value))
