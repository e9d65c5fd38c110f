"""Aligned sentences to learn from: read from a file that stays outside the project, filtered, counted, drawn by seed.

A line of the file (JSON, gzipped) has `source`, `file`, `pl` and `en`. Which sources are used, and under which licence,
is in `manifest.toml`.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from okienko.folding import fold

MOST_WORDS: Final = 45
_WORD: Final = re.compile(r"[^\W_]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_IN_A_PASSAGE: Final = (3, 5)  # sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same in both languages."""

    source: str
    file: str
    pl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is left of a file, and of each source how many pairs each filter has taken."""

    pairs: tuple[Pair, ...]
    counts: Mapping[str, Mapping[str, int]]


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of a gzipped file of JSON lines, in its order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Pair(source=row["source"], file=row["file"], pl=row["pl"], en=row["en"])


def keep(pairs: Iterable[Pair], *, sources: Collection[str], evaluated: Collection[str]) -> Kept:
    """The pairs of these sources, each once, of at most `MOST_WORDS`, neither side of which is in `evaluated`.

    `evaluated` holds normalised texts: see `normalise`.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    seen: set[tuple[str, str]] = set()
    kept: list[Pair] = []
    for pair in pairs:
        pl, en = normalise(pair.pl), normalise(pair.en)
        if pair.source not in sources:
            fate = "not_used"
        elif not pl or not en:
            fate = "empty"
        elif max(pl.count(" "), en.count(" ")) >= MOST_WORDS:
            fate = "too_long"
        elif (pl, en) in seen:
            fate = "repeated"
        elif pl in evaluated or en in evaluated:
            fate = "evaluated"
        else:
            fate = "kept"
            seen.add((pl, en))
            kept.append(pair)
        counts[pair.source][fate] += 1
    return Kept(pairs=tuple(kept), counts={source: dict(sorted(by.items())) for source, by in sorted(counts.items())})


def normalise(text: str) -> str:
    """Folded words: what is the same but for punctuation, capitals and diacritics is the same."""
    return " ".join(_WORD.findall(fold(text)))


def read_evaluated(paths: Iterable[Path]) -> frozenset[str]:
    """Normalised sentences, titles and questions of evaluation files: JSON lines, or `ids<TAB>question`.

    Texts of fewer than four words are left out: everybody says them.
    """
    found: set[str] = set()
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            if not line.strip():
                continue
            texts = _strings(json.loads(line)) if path.suffix == ".jsonl" else [line.partition("\t")[2]]
            for text in texts:
                found.update(normalise(part) for part in [text, *_SENTENCE.split(text)])
    return frozenset(text for text in found if text.count(" ") >= 3)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in cast("dict[str, object]", value).values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in cast("list[object]", value):
            yield from _strings(part)


def join_passages(pairs: Sequence[Pair], sources: Collection[str], *, count: int, seed: int) -> list[Pair]:
    """Some sentences of one file in a row, in both languages: what an index holds is longer than a sentence."""
    rng = random.Random(seed)
    files: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.source in sources:
            files[pair.source, pair.file].append(pair)
    pools = [pool for pool in files.values() if len(pool) >= _IN_A_PASSAGE[1]]
    if not pools:
        return []
    chosen = rng.choices(pools, weights=[len(pool) for pool in pools], k=count)
    passages: list[Pair] = []
    for pool in chosen:
        some = rng.sample(pool, rng.randint(*_IN_A_PASSAGE))
        passages.append(
            Pair(
                source="passages",
                file=some[0].file,
                pl=" ".join(one.pl for one in some),
                en=" ".join(one.en for one in some),
            )
        )
    return passages
