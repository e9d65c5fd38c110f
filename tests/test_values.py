"""What must never leave memory refuses every way out."""

from __future__ import annotations

import copy
import json
import logging
import operator
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import pytest

from okienko.values import RawText

SECRET = "jan.kowalski@poczta.example"


@dataclass(frozen=True)
class Holder:
    raw: RawText


def leaks() -> list[Callable[[Any], object]]:
    """Everything that somebody might do to a text without thinking."""
    return [
        str,
        hash,
        bool,
        len,
        iter,
        bytes,
        vars,
        "".join,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        orjson.dumps,
        "{}".format,
        "%s".__mod__,
        "text: ".__add__,
        operator.methodcaller("__format__", ">5"),
        operator.methodcaller("__reduce_ex__", 4),
        operator.methodcaller("__getstate__"),
        operator.itemgetter(0),
        lambda raw: f"{raw}",
        lambda raw: f"{raw!s}",
        lambda raw: "".join([raw]),
        lambda raw: "text: " + raw,
        lambda raw: raw + "text",
        lambda raw: raw == SECRET,
        lambda raw: raw != SECRET,
        lambda raw: raw < SECRET,
        lambda raw: SECRET in raw,
        lambda raw: raw in (SECRET, ""),
        lambda raw: {raw: 1},
        lambda raw: asdict(Holder(raw)),
        lambda raw: Holder(raw) == Holder(RawText(SECRET)),
        lambda raw: json.dumps({"text": raw}),
    ]


@pytest.mark.parametrize("leak", leaks())
def test_raw_text_refuses(leak: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as refused:
        leak(RawText(SECRET))
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_raw_text_hides_in_what_may_show_it() -> None:
    raw = RawText(SECRET)
    shown = [repr(raw), f"{raw!r}", f"{[raw]}", f"{Holder(raw)}", ascii(raw)]
    assert not any(SECRET in one for one in shown)


def test_raw_text_does_not_get_into_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("okienko").info("arrived %r", RawText(SECRET))
    assert "arrived" in caplog.text
    assert SECRET not in caplog.text


def test_raw_text_gives_itself_to_masking() -> None:
    assert RawText(SECRET).reveal() == SECRET
