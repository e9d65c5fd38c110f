"""`okienko eval`: how well something does, on invented or on your own examples."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

import click

from okienko import settings
from okienko.articles.drafts import Defaults, ImportRefused
from okienko.articles.importers.files import read_path
from okienko.cli.terminal import FILE, LANGUAGES, json_option, refuse, say
from okienko.encoders import Encoder
from okienko.evaluation.messages import read_messages
from okienko.phrase import open_model
from okienko.values import Language

# Each imports what it needs when it runs: nothing else needs that.


@click.group("eval")
def eval_() -> None:
    """How well something does, on invented or on your own examples."""


@eval_.command("masking")
@click.argument("source", type=click.File("r", encoding="utf-8"), required=False)
@click.option("--half", type=click.Choice(["seen", "unseen", "both"]), default="both", show_default=True)
@click.option("--with-presidio", is_flag=True, help="Measure Presidio's patterns, too (okienko[benchmark]).")
@click.option("--misses", type=click.IntRange(1, 100), help="Print so many messages of each lane that went wrong.")
@json_option
def eval_masking(
    source: TextIO | None,
    half: Literal["seen", "unseen", "both"],
    with_presidio: bool,
    misses: int | None,
    as_json: bool,
) -> None:
    """Measure masking on messages with marked spans: a file of JSON lines, or the built-in ones."""
    from okienko.evaluation import masking  # noqa: PLC0415
    from okienko.evaluation.report import write_misses, write_report  # noqa: PLC0415

    if misses and source is None and half != "seen":
        refuse("--misses shows messages: of a file, or with --half seen. The other half is there to stay unseen.")
    if source is None:
        sets = masking.built_in(["seen", "unseen"] if half == "both" else [half])
    else:
        sets = {Path(source.name).name: {"all": list(read_messages(source))}}
    engines = ["okienko", "presidio"] if with_presidio else ["okienko"]
    done = masking.evaluate(sets, engines=engines, say=say)
    click.echo(json.dumps(done.figures) if as_json else "\n".join(write_report(done.figures)))
    for line in write_misses(done.missed, misses) if misses else ():
        click.echo(line)


encoder_option = click.option(
    "--encoder",
    default="none",
    show_default=True,
    metavar="none|own|minilm|URL",
    help="An encoder; of a server such as …/v1, with OKIENKO_ENCODER_NAME.",
)


def choose_encoder(name: str) -> Encoder | None:
    """The encoder that is measured."""
    from okienko.evaluation import meaning  # noqa: PLC0415

    return meaning.choose(name, os.environ, Path.home())


@eval_.command("answers")
@click.option("--articles", "source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--questions", type=FILE, required=True)
@click.option("--lang", "language", type=LANGUAGES, help="Asked in this language; else in that of most articles.")
@encoder_option
@json_option
def eval_answers(source: Path, questions: Path, language: Language | None, encoder: str, as_json: bool) -> None:
    """Measure how questions find their articles. Questions: lines of article-id[,article-id], a tab, the question."""
    from okienko.evaluation import answers  # noqa: PLC0415

    try:
        found = answers.make_articles(
            read_path(source, Defaults(category="general", language=language or "pl")), published=datetime.now(UTC)
        )
        asked = answers.read_asked(questions, {article.id for article in found})
    except (ImportRefused, answers.BadQuestions) as refused:
        refuse("Nothing was measured. Mend what is listed above and try again.", refused.problems)
    figures = answers.evaluate(found, asked, language=language, encoder=choose_encoder(encoder))
    click.echo(json.dumps(figures) if as_json else "\n".join(answers.write_figures(figures)))


@eval_.command("resolution")
@click.option("--part", type=click.Choice(["open", "frozen"]), default="open", show_default=True)
@click.option(
    "--articles", "source", type=click.Path(exists=True, path_type=Path), help="Instead of the built-in ones."
)
@click.option("--questions", type=FILE, help="Examples for articles.")
@click.option("--conversations", type=FILE)
@click.option("--examples", "most", type=click.IntRange(min=0), help="So many an article at most; without it, all.")
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True)
@encoder_option
@json_option
def eval_resolution(
    *,
    part: Literal["open", "frozen"],
    source: Path | None,
    questions: Path | None,
    conversations: Path | None,
    most: int | None,
    language: Language,
    encoder: str,
    as_json: bool,
) -> None:
    """Play whole conversations: what the bot resolves, hands over and gets wrong.

    Built in: an invented marketplace. The questions of its open part are its articles' example questions, and so are
    the messages of that part.
    """
    from okienko.evaluation import answers, resolution  # noqa: PLC0415

    if (source is None) != (conversations is None):
        refuse("--articles and --conversations belong together: give both, or neither for the built-in ones.")
    built_in = resolution.BUILT_IN
    taught = [built_in / "open" / name for name in ("questions.tsv", "examples.tsv")] if source is None else []
    examples = [questions] if questions else taught
    played = conversations or built_in / part / "conversations.jsonl"
    try:
        drafts = read_path(source or built_in / "articles.jsonl", Defaults(category="general", language=language))
        found = answers.make_articles(drafts, published=datetime.now(UTC))
        known = {article.id for article in found}
        asked = [one for file in examples for one in answers.read_asked(file, known)]
    except (ImportRefused, answers.BadQuestions) as refused:
        refuse("Nothing was measured. Mend what is listed above and try again.", refused.problems)
    with played.open(encoding="utf-8") as lines:
        read = resolution.read_conversations(lines, name=played.name)
    coder = choose_encoder(encoder)
    figures = resolution.evaluate(found, asked, read, language=language, most=most, encoder=coder)
    click.echo(json.dumps(figures) if as_json else "\n".join(f"{name:>32}  {value}" for name, value in figures.items()))


@eval_.command("routing")
@click.option("--train", "learnt", type=FILE, required=True, help="What the router learns from.")
@click.option("--test", "asked", type=FILE, required=True, help="What it is asked.")
@click.option("--oos", "strangers", type=FILE, help="What it is asked that belongs to no intent.")
@click.option("--oos-train", "outside", type=FILE, help="What it learns from that belongs to no intent.")
@encoder_option
@json_option
def eval_routing(
    learnt: Path, asked: Path, *, strangers: Path | None, outside: Path | None, encoder: str, as_json: bool
) -> None:
    """Measure routing: files of JSON lines {"text": …, "intent": …}. Shares from 0 to 1, processor times."""
    from okienko.evaluation import routing  # noqa: PLC0415

    if "://" in encoder:
        refuse("a router reads messages in its own process: --encoder none, own or minilm")
    kind = None if encoder == "none" else (encoder, settings.read(os.environ, Path.home()).data)

    read = [routing.read_file(path) if path else [] for path in (learnt, asked, strangers, outside)]
    figures = routing.evaluate(read[0], read[1], strangers=read[2], outside=read[3], encoder=kind)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        for name, value in figures.items():
            click.echo(f"{name:>25}  {'–' if value is None else value}")


@eval_.command("incidents")
@json_option
def eval_incidents(*, as_json: bool) -> None:
    """Measure which messages an incident answers: those about twelve invented faults, and others."""
    from okienko.evaluation.incidents import run as incidents  # noqa: PLC0415

    figures = incidents.evaluate()
    click.echo(json.dumps(figures) if as_json else "\n".join(incidents.write_figures(figures)))


@eval_.command("adversarial")
@click.option("--model", "url", metavar="URL", help="Ask this model, too: an OpenAI-compatible API, such as …/v1.")
@click.option("--name", help="What that server calls the model; with OKIENKO_MODEL_NAME it may be left out.")
@json_option
def eval_adversarial(url: str | None, name: str | None, as_json: bool) -> None:
    """Attack the bot: without a model, with one, and with one that obeys the attacker. Fails on one broken promise."""
    from okienko.evaluation.adversarial import run as adversarial  # noqa: PLC0415
    from okienko.evaluation.adversarial.report import write_report as write_attacks  # noqa: PLC0415

    asked = None
    if url is not None:
        environ = {**os.environ, "OKIENKO_MODEL_URL": url, **({"OKIENKO_MODEL_NAME": name} if name else {})}
        asked = open_model(settings.read(environ, Path.home()))
    figures = adversarial.evaluate(model=asked, say=say)
    click.echo(json.dumps(figures, ensure_ascii=False) if as_json else "\n".join(write_attacks(figures)))
    sys.exit(0 if figures["holds"] else 1)


@eval_.command("radar")
@click.option("--hourly", type=click.FloatRange(min=0.1), default=30, show_default=True, help="Messages left open.")
@click.option("--quiet-weeks", type=click.IntRange(min=0), default=2, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@json_option
def eval_radar(hourly: float, quiet_weeks: int, seed: int, as_json: bool) -> None:
    """Replay an invented brand's weeks: how often the radar is wrong, and how soon it notices each of eight faults."""
    from okienko.evaluation.radar import measure  # noqa: PLC0415

    figures = measure.evaluate(hourly=hourly, seed=seed, quiet_weeks=quiet_weeks, say=say)
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name:>34}  {'–' if value is None else value}")
