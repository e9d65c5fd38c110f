"""Masking line by line, for measuring and for pipes: what stands behind `okienko mask --jsonl`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import orjson

from okienko.keys import Keys
from okienko.masking.explain import explain
from okienko.masking.mask import find, render
from okienko.values import Language, OperatorError, RawText


class BadLine(OperatorError):
    """A line that is not `{"id", "text"}`. Names the line and what is wrong with it, never its words."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"line {number}: {problem}")
        self.number = number


def mask_lines(
    lines: Iterable[str | bytes],
    *,
    keys: Keys,
    language: Language,
    keep: Collection[str] = (),
    why: bool = False,
) -> Iterator[bytes]:
    """JSON lines `{"id", "text"}` become `{"id", "masked", "spans": [{"label", "start", "end"}]}`, without newlines.

    Offsets count the original text's characters, `end` excluded. Kept kinds (`ORDER_NUMBER`, `HEALTH`) and the labels
    to `keep` are among the spans and stay in `masked`. With `why`, spans say which detector decided and how. Numbers
    begin anew on each line; empty lines are passed over. Raises `BadLine`, `MaskingFailed`.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            id_, text = _parse(number, line)
            raw = RawText(text)
            findings = explain(raw) if why else find(raw)
            masked = render(raw, findings, {}, keys, language, keep=keep)
            spans = [
                {"label": span.label, "start": span.start, "end": span.end} | ({"why": span.why} if why else {})
                for span in findings.spans
            ]
            yield orjson.dumps({"id": id_, "masked": masked.text.text, "spans": spans})


def _parse(number: int, line: str | bytes) -> tuple[str | int, str]:
    try:
        record: object = orjson.loads(line)
    except orjson.JSONDecodeError:
        record = None  # the error holds the whole line: it must not even be chained
    match record:
        case {"id": str() | int() as id_, "text": str() as text}:
            return id_, text
        case {"id": str() | int()}:
            problem = '"text" has to be a string'
        case {}:
            problem = '"id" has to be a string or a whole number'
        case _:
            problem = 'is no JSON object {"id", "text"}'
    raise BadLine(number, problem)
