"""The proof itself, with a few kinds: it holds, and it fails when nothing is recognised."""

from __future__ import annotations

import json
from io import StringIO

from rich.console import Console

from okienko.prove import report
from okienko.prove.kinds import KINDS
from okienko.prove.prove import Report, prove
from okienko.prove.ways import agents, chat_in, ratings, webhook

FEW = [kind for kind in KINDS if kind.name in {"e-mail", "phone, Polish", "PESEL", "card", "password"}]


def shown(found: Report) -> str:
    out = StringIO()
    report.show(Console(file=out, width=100), found)
    return out.getvalue()


def test_prv_03_nothing_planted_is_found_anywhere() -> None:
    found = prove(seed=7, kinds=FEW)
    assert found.show()["hits"] == []
    assert found.may_leave_cores == []
    assert found.holds
    assert len(found.ways) > 20
    assert found.searched["rows"] > 1_000_000  # it did look
    assert found.searched["outgoing requests"] > 0
    assert found.searched["crash reports"] > 0
    assert found.searched["refusals"] > 0
    assert "Nothing was found" in shown(found)


def test_prv_03_the_proof_fails_when_nothing_is_recognised() -> None:
    ways = [chat_in("pl"), chat_in("en"), webhook, ratings, agents]
    found = prove(seed=7, kinds=FEW, ways={way.__name__ + str(n): way for n, way in enumerate(ways)}, masked=False)
    assert not found.holds
    hits = found.show()["hits"]
    assert {hit["kind"] for hit in hits} == {kind.name for kind in FEW}
    assert {"rows", "tables and indexes", "write-ahead log"} <= {hit["place"] for hit in hits}
    assert {"web chat (pl)", "web chat (en)", "webhook (pl)", "rating of an answer", "agent's note"} <= {
        hit["way"] for hit in hits
    }
    assert "values were found" in shown(found)
    said = shown(found) + json.dumps(found.show())
    assert not any(needle in said for hit in found.hits for needle in hit.plant.needles)  # it says which, never what
