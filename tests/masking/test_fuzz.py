"""Hostile and mutilated texts, the same in every run: what has to hold for all of them, and that none costs out of
proportion.

Time is the processor time of this process, the best of several passes, and compared with the time of as much ordinary
text in the same moment, so that neither other work on the machine nor a slow one fails the test. Milliseconds are
printed by `okienko eval masking`.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from random import Random
from typing import Final

import pytest

from okienko.evaluation.corpus.generate import generate
from okienko.evaluation.hostile import hostile_texts, mixture
from okienko.keys import Keys
from okienko.masking.kinds import Fate
from okienko.masking.mask import Findings, MaskingFailed, find, render
from okienko.values import RawText

KEYS: Final = Keys(operator=b"o" * 32, index=b"i" * 32)
LIMIT: Final = 4.0  # times what as much ordinary text costs; a pattern that backtracks costs a thousand times as much
PASSES: Final = 3
SECOND_LOOK: Final = 12  # passes before a text that seemed too slow fails the test

HOSTILE: Final = dict(hostile_texts())
MESSAGES: Final = Random(13).sample([message.text for message in generate("seen", "clean")], 200)
ORDINARY: Final = "\n".join(MESSAGES)
PLACEHOLDER: Final = re.compile(r"\[[^\]\n]+\]")
SIGNS: Final = "aZą9 \n.@-/([%&#;:'\u200b\u0301１а🙂\0\ud800"


def mask(text: str) -> tuple[Findings, str] | None:
    """What was found and what may be stored; None when the text was refused. Any other exception is a fault."""
    raw = RawText(text)
    try:
        findings = find(raw)
    except MaskingFailed:
        return None
    return findings, render(raw, findings, {}, KEYS, "pl").text.text


def escaped(piece: str) -> str:
    """A pattern for a piece of text without what PostgreSQL cannot hold."""
    return re.escape(piece.replace("\0", "").encode("utf-8", "replace").decode())


def check(text: str, *, settles: bool = True) -> None:
    """Spans lie in order inside the original, nothing else changes, and masking again changes nothing.

    Texts that are made to overwhelm the engine need not settle at once: masking them again may hide more, never less.
    """
    done = mask(text)
    if done is None:
        return
    findings, stored = done
    at = 0
    expected = ""
    for span in findings.spans:
        assert at <= span.start < span.end <= len(text)
        kept = span.fate is Fate.KEEP
        expected += escaped(text[at : span.start])
        expected += escaped(text[span.start : span.end]) if kept else r"\[[^\]\n]+\]"
        at = span.end
    assert re.fullmatch(expected + escaped(text[at:]), stored)
    again = mask(stored)
    assert again is not None
    if settles:
        assert again[1] == stored
    else:
        assert clear(again[1]) <= clear(stored)


def clear(text: str) -> int:
    """How many letters and digits are not hidden."""
    return sum(map(str.isalnum, PLACEHOLDER.sub("", text)))


def milliseconds(text: str, passes: int) -> float:
    """The best of several passes."""
    raw = RawText(text)
    best = float("inf")
    for _ in range(passes):
        began = time.process_time_ns()
        with suppress(MaskingFailed):
            find(raw)
        best = min(best, (time.process_time_ns() - began) / 1e6)
    return best


def check_time(text: str) -> None:
    for passes in (PASSES, SECOND_LOOK):
        times = milliseconds(text, passes) / milliseconds(ORDINARY[: len(text)], passes)
        if times <= LIMIT:
            return
    pytest.fail(f"{times:.1f} times what as much ordinary text costs")


def mutated(random: Random, text: str) -> str:
    """A message with pieces left out, doubled, swapped and stuffed with odd signs."""
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(text) + 1)
        to = min(len(text), at + random.randint(0, 12))
        piece = random.choice(
            ["", text[at:to] * 2, text[at:to][::-1], random.choice(SIGNS), random.choice(list(HOSTILE.values()))[:8]]
        )
        text = text[:at] + piece + text[to:]
    return text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts(name: str) -> None:
    check(HOSTILE[name], settles=False)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_cost_no_more_than_they_may(name: str) -> None:
    check_time(HOSTILE[name])


@pytest.mark.parametrize("seed", range(40))
def test_mixtures_of_hostile_pieces(seed: int) -> None:
    text = mixture(Random(seed))
    check(text, settles=False)
    check_time(text)


@pytest.mark.parametrize("seed", range(10))
def test_mutilated_messages(seed: int) -> None:
    random = Random(seed)
    messages = generate("seen", "clean") + generate("seen", "negative")
    for message in random.sample(messages, 120):
        check(mutated(random, message.text))


@pytest.mark.parametrize("mark", ["\n", " "])
def test_many_messages_in_one(mark: str) -> None:
    """Ten thousand characters of what people write, which is where most detectors have most to do."""
    check(mark.join(MESSAGES)[:10_000])
