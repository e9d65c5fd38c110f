"""What counts as masked, as found, and as masked for nothing."""

from __future__ import annotations

import pytest

from okienko.evaluation.engines import Found
from okienko.evaluation.messages import BadMessage, Message, Span, read_messages
from okienko.evaluation.score import score

TEXT = "Tu Anna Nowak, tel. 601 156 759."
PERSON = Span(start=3, end=13, label="PERSON", lane="PERSON/nominative")
PHONE = Span(start=20, end=31, label="PHONE_NUMBER", lane="PHONE_NUMBER/spaced")
ORDER = Span(start=20, end=31, label="ORDER_NUMBER", lane="ORDER_NUMBER/digits")


def message(*spans: Span) -> Message:
    return Message(id="1", text=TEXT, spans=spans, lane="neg/x", language="pl")


@pytest.mark.parametrize(
    ("found", "masked", "recalled"),
    [
        ([(3, 13, "PERSON", True)], 1, 1),
        ([(3, 7, "PERSON", True), (8, 13, "PERSON", True)], 1, 1),  # the space between may stay
        ([(0, 32, "NUMBER", True)], 1, 0),  # masked, as something else
        ([(3, 12, "PERSON", True)], 0, 1),  # a letter stays in clear
        ([(3, 13, "PERSON", False)], 0, 1),  # found and kept
        ([(14, 20, "PERSON", True)], 0, 0),
        ([], 0, 0),
    ],
)
def test_masked_means_that_no_letter_is_left(found: list[Found], masked: int, recalled: int) -> None:
    total = score([message(PERSON)], [found])
    count = total.kinds["PERSON"]
    assert (count.marked, count.masked, count.recalled) == (1, masked, recalled)
    assert total.lanes["PERSON/nominative"].masked == masked
    assert [lane for lane, _ in total.missed] == ([] if masked else ["PERSON/nominative"])


def test_precision_counts_what_was_found() -> None:
    total = score([message(PERSON, PHONE)], [[(3, 13, "PERSON", True), (15, 18, "PERSON", True)]])
    assert (total.kinds["PERSON"].reported, total.kinds["PERSON"].right) == (2, 1)
    assert total.false_masks == 1
    assert total.negatives == {}


def test_masking_an_order_number_is_wrong() -> None:
    kept = score([message(ORDER)], [[(20, 31, "ORDER_NUMBER", False)]])
    assert (kept.false_masks, kept.negatives) == (0, {"neg/x": (1, 0)})
    taken = score([message(ORDER)], [[(20, 31, "PHONE_NUMBER", True)]])
    assert (taken.false_masks, taken.negatives) == (1, {"neg/x": (1, 1)})
    assert [lane for lane, _ in taken.missed] == ["neg/x"]


def test_what_overlaps_is_one_false_mask() -> None:
    total = score([message()], [[(0, 6, "URL", True), (3, 13, "PERSON", True), (20, 31, "NUMBER", True)]])
    assert (total.false_masks, total.negatives) == (2, {"neg/x": (1, 1)})


def test_words_are_counted() -> None:
    assert score([message()], [[]]).words == 7


def test_a_file_of_somebody_else_is_read() -> None:
    line = (
        '{"id": 7, "text": "Tu Anna z Lipowej 3", "lang": "pl", "lane": "LOCATION/street", "spans":'
        ' [{"start": 3, "end": 7, "label": "PERSON"}, {"start": 10, "end": 19, "type": "LOCATION"}]}'
    )
    (one,) = read_messages([line, "", " "])
    assert [(span.label, span.lane) for span in one.spans] == [("PERSON", "PERSON"), ("ADDRESS", "ADDRESS/street")]
    assert (one.id, one.language) == ("7", "pl")


@pytest.mark.parametrize(
    "line",
    [
        "Anna",
        '{"id": 1, "text": "Anna"}',
        '{"id": 1, "text": "Anna", "spans": [{"start": 0, "end": 4}]}',
        '{"id": 1, "text": "Anna", "spans": [{"start": 0, "end": 4, "label": "Anna"}]}',
        '{"id": 1, "text": "Anna", "spans": [{"start": 0, "end": 5, "label": "PERSON"}]}',
        '{"id": 1, "text": "Anna", "spans": [{"start": 2, "end": 2, "label": "PERSON"}]}',
    ],
)
def test_a_bad_line_is_named_and_not_quoted(line: str) -> None:
    with pytest.raises(BadMessage, match=r"^line 2: ") as refused:
        list(read_messages(["", line]))
    assert "Anna" not in str(refused.value)
