"""What must never leave memory refuses every way out."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import orjson
import pytest

from okienko.values import RawText

SECRET = "jan.kowalski@poczta.example"


@dataclass(frozen=True)
class Holder:
    raw: RawText


@pytest.mark.parametrize(
    "leak",
    [
        str,
        hash,
        bool,
        len,
        iter,
        bytes,
        sorted,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        orjson.dumps,
        lambda raw: f"{raw}",
        lambda raw: f"{raw!s}",
        lambda raw: f"{raw:>5}",
        lambda raw: "%s" % raw,  # noqa: UP031 - the very thing under test
        lambda raw: "{}".format(raw),  # noqa: UP032 - the very thing under test
        lambda raw: "".join([raw]),
        lambda raw: "text: " + raw,
        lambda raw: raw + "text",
        lambda raw: raw == SECRET,
        lambda raw: raw != SECRET,
        lambda raw: raw < SECRET,
        lambda raw: raw == raw,  # noqa: PLR0124 - the very thing under test
        lambda raw: SECRET in raw,
        lambda raw: raw in {SECRET},
        lambda raw: raw[0],
        lambda raw: {raw: 1},
        lambda raw: vars(raw),
        lambda raw: asdict(Holder(raw)),
        lambda raw: Holder(raw) == Holder(RawText(SECRET)),
        lambda raw: json.dumps({"text": raw}),
        lambda raw: raw.__getstate__(),
        lambda raw: raw.__reduce_ex__(4),
    ],
)
def test_raw_text_refuses(leak: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as refused:
        leak(RawText(SECRET))
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_raw_text_hides_in_what_may_show_it() -> None:
    raw = RawText(SECRET)
    shown = [repr(raw), f"{raw!r}", f"{[raw]}", f"{Holder(raw)}", "%r" % raw, ascii(raw)]  # noqa: UP031 - as above
    assert not any(SECRET in one for one in shown)


def test_raw_text_does_not_get_into_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("okienko").info("arrived %r", RawText(SECRET))
    assert "arrived" in caplog.text
    assert SECRET not in caplog.text


def test_raw_text_gives_itself_to_masking() -> None:
    assert RawText(SECRET).reveal() == SECRET
