"""The colloquial corpus, written for okienko: read, checked line by line, and divided into what is learnt and held out.

    = slug-of-topic | Polish title | English title
    > what a help centre says of it | the same in English
    what a customer writes in Polish | the same in English

Topics follow each other with empty lines between them; a file is a domain. By a hash of the slug that never changes, a
tenth of the topics is held out, and another is for fitting rules: nothing of either is ever learnt from.

`python -m training.corpus [--evaluation FILE …]` checks everything and counts it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from training.pairs import normalise, read_evaluated

Part = Literal["learnt", "dev", "held_out"]

FOLDER: Final = Path(__file__).with_name("corpus")
KRAMIK: Final = Path(__file__).parents[1] / "src" / "okienko" / "evaluation" / "kramik"
MESSAGES: Final = 14  # of a topic, at least
_PARTS: Final = 10
_OF_ITS_OWN: Final[Mapping[int, Part]] = {0: "held_out", 1: "dev"}
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST: Final = 1200  # letters
_SAID_ANYWHERE: Final = 5  # spaces; what has fewer may stand in several domains: "I cannot log in"
_BAR: Final = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text in both languages."""

    pl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What customers come with, and what a help centre says of it."""

    slug: str
    domain: str
    title: Said
    help: Said
    messages: tuple[Said, ...]

    @property
    def part(self) -> Part:
        """What it is for. Of ten topics one is `held_out` and one is `dev`: rules are fitted with that."""
        number = int.from_bytes(hashlib.sha256(self.slug.encode()).digest()[:4]) % _PARTS
        return _OF_ITS_OWN.get(number, "learnt")


class BadCorpus(Exception):
    """What is wrong with the corpus, a line each: file, line, what it is."""


def read_corpus(folder: Path = FOLDER) -> list[Topic]:
    """All topics, by file and line. Raises `BadCorpus` with every problem of form."""
    problems: list[str] = []
    topics: list[Topic] = []
    for file in sorted(folder.glob("*.txt")):
        topics += _read_file(file, problems)
    slugs = Counter(topic.slug for topic in topics)
    problems += [f"the topic “{slug}” stands {count} times" for slug, count in slugs.items() if count > 1]
    if problems:
        raise BadCorpus("\n".join(problems))
    return topics


def _read_file(file: Path, problems: list[str]) -> list[Topic]:
    topics: list[Topic] = []
    slug: str | None = None
    title: Said | None = None
    answers: list[Said] = []
    messages: list[Said] = []

    def close(number: int) -> None:
        if slug is None or title is None:
            return
        if len(answers) != 1:
            problems.append(f"{file.name}:{number}: the topic “{slug}” has {len(answers)} lines of help, not one")
        elif len(messages) < MESSAGES:
            problems.append(f"{file.name}:{number}: the topic “{slug}” has {len(messages)} messages, not {MESSAGES}")
        else:
            topics.append(Topic(slug=slug, domain=file.stem, title=title, help=answers[0], messages=tuple(messages)))

    number = 0
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        where = f"{file.name}:{number}"
        if not line.strip():
            continue
        if line.startswith("= "):
            close(number)
            slug, title, answers, messages = None, None, [], []
            name, bar, rest = line.removeprefix("= ").partition(_BAR)
            if not bar or not _SLUG.fullmatch(name.strip()):
                problems.append(f"{where}: a topic is `= slug | Polish title | English title`")
                continue
            slug, title = name.strip(), _split(rest, where, problems)
        elif slug is None:
            problems.append(f"{where}: the line belongs to no topic")
        else:
            said = _split(line.removeprefix("> "), where, problems)
            if said is not None:
                (answers if line.startswith("> ") else messages).append(said)
    close(number)
    return topics


def _split(text: str, where: str, problems: list[str]) -> Said | None:
    sides = text.split("|")
    if len(sides) != 2 or _BAR not in text:
        problems.append(f"{where}: Polish and English are not parted by one bar between two spaces")
        return None
    pl, en = (side.strip() for side in sides)
    if not normalise(pl) or not normalise(en):
        problems.append(f"{where}: a side is empty")
        return None
    if max(len(pl), len(en)) > _LONGEST:
        problems.append(f"{where}: a side has more than {_LONGEST} letters")
        return None
    return Said(pl=pl, en=en)


def check(topics: Sequence[Topic], evaluated: Collection[str]) -> list[str]:
    """What should not be in it: messages that stand twice, sides that are the same, texts of evaluation sets."""
    problems: list[str] = []
    seen: dict[str, str] = {}
    for topic in topics:
        for said in (topic.help, *topic.messages):
            pl, en = normalise(said.pl), normalise(said.en)
            if pl in seen and (pl.count(" ") >= _SAID_ANYWHERE or seen[pl] == topic.domain):
                problems.append(f"{topic.domain}: “{topic.slug}” repeats a text of {seen[pl]}: {said.pl[:60]}")
            seen[pl] = topic.domain
            if pl == en and pl.count(" ") >= 2:
                problems.append(f"{topic.domain}: “{topic.slug}” has the same text in both languages: {said.pl[:60]}")
            if pl in evaluated or en in evaluated:
                problems.append(f"{topic.domain}: “{topic.slug}” has a text of an evaluation set: {said.pl[:60]}")
    return problems


def find_sets_of_ours() -> list[Path]:
    """The evaluation texts that okienko brings, but for the frozen part, at which nobody looks."""
    return [KRAMIK / "articles.jsonl", *sorted((KRAMIK / "open").iterdir())]


def write_counts(topics: Iterable[Topic]) -> list[str]:
    """A line a domain, and one for all."""
    by: dict[str, list[Topic]] = {}
    for topic in topics:
        by.setdefault(topic.domain, []).append(topic)
        by.setdefault("all", []).append(topic)
    lines: list[str] = []
    for domain, some in sorted(by.items(), key=lambda item: (item[0] == "all", item[0])):
        held, messages = sum(topic.part == "held_out" for topic in some), sum(len(topic.messages) for topic in some)
        lines.append(f"{domain:<12} {len(some):>4} topics, {held:>3} held out, {messages:>5} messages")
    return lines


def write_help_centre(topics: Sequence[Topic], folder: Path) -> None:
    """The topics as a help centre in Polish, and their messages as questions to it, for `okienko eval answers`."""
    folder.mkdir(parents=True, exist_ok=True)
    articles = [
        {"id": topic.slug, "title": topic.title.pl, "description": "", "body": topic.help.pl, "lang": "pl"}
        for topic in topics
    ]
    lines = [json.dumps(article, ensure_ascii=False) for article in articles]
    (folder / "articles.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    for part in ("learnt", "dev", "held_out"):
        asked = [f"{topic.slug}\t{said.pl}" for topic in topics if topic.part == part for said in topic.messages]
        (folder / f"{part}.tsv").write_text("\n".join(asked) + "\n", "utf-8")


def main() -> None:
    """Checks and counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluation", nargs="*", type=Path, default=[], help="more files of evaluation sets")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--help-centre", type=Path, help="write the topics there, as articles and questions")
    given = parser.parse_args()
    try:
        topics = read_corpus(given.folder)
    except BadCorpus as error:
        sys.exit(str(error))
    problems = check(topics, read_evaluated([*find_sets_of_ours(), *given.evaluation]))
    print("\n".join([*write_counts(topics), *problems]))
    if given.help_centre is not None:
        write_help_centre(topics, given.help_centre)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
