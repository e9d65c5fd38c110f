"""The colloquial corpus: how it is read, what its checker finds, and that what is in the repository passes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.corpus import MESSAGES, BadCorpus, Topic, check, read_corpus

TOPIC = "= lost-parcel | Zaginiona paczka | Lost parcel\n> Szukamy jej tydzień. | We look for it for a week.\n"


def write_messages(count: int = MESSAGES) -> str:
    return "".join(f"nie ma paczki {nth} | no parcel {nth}\n" for nth in range(count))


def read(folder: Path, text: str) -> list[Topic]:
    (folder / "delivery.txt").write_text(text, "utf-8")
    return read_corpus(folder)


def test_a_topic_is_read(tmp_path: Path) -> None:
    (topic,) = read(tmp_path, TOPIC + write_messages())
    assert (topic.slug, topic.domain, topic.title.en) == ("lost-parcel", "delivery", "Lost parcel")
    assert topic.help.pl == "Szukamy jej tydzień."
    assert topic.messages[3].pl == "nie ma paczki 3"
    assert len(topic.messages) == MESSAGES


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (TOPIC + write_messages(13), "lost-parcel” has 13 messages"),
        (TOPIC.splitlines()[0] + "\n" + write_messages(), "0 lines of help"),
        (TOPIC + write_messages() + "gdzie paczka\n", "delivery.txt:17: Polish and English are not parted"),
        (TOPIC + write_messages() + "gdzie | paczka | where\n", "delivery.txt:17: Polish and English are not parted"),
        (TOPIC + write_messages() + "gdzie paczka | \n", "delivery.txt:17: a side is empty"),
        (TOPIC + write_messages() + "gdzie paczka | ?!\n", "delivery.txt:17: a side is empty"),
        ("gdzie paczka | where\n", "delivery.txt:1: the line belongs to no topic"),
        ("= Lost Parcel | a | b\n", "delivery.txt:1: a topic is"),
        ((TOPIC + write_messages()) * 2, "“lost-parcel” stands 2 times"),
    ],
)
def test_what_is_wrong_with_its_form_is_said_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadCorpus) as raised:
        read(tmp_path, text)
    assert problem in str(raised.value)


def test_what_stands_twice_or_is_measured_with_is_found(tmp_path: Path) -> None:
    topics = read(tmp_path, TOPIC + write_messages() + "Nie ma paczki, 3! | none\nkto ma moja paczke | who has it\n")
    problems = check(topics, frozenset({"kto ma moja paczke"}))
    assert len(problems) == 2
    assert "repeats a text of delivery" in problems[0]
    assert "text of an evaluation set" in problems[1]
