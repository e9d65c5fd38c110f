"""The `okienko` command. Each file here holds some commands, from their arguments to what they do; it is loaded when
one of them is asked for.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from importlib import import_module
from typing import Final

import click

from okienko import __version__
from okienko.cli.terminal import refuse
from okienko.values import OperatorError

# Where each command is, and what `okienko --help` says of it.
COMMANDS: Final = {
    "accounts": ("accounts:accounts", "Addresses of a brand's own accounts, where codes may be sent."),
    "articles": ("articles:articles", "The help centre's articles."),
    "ask": ("ask:ask_", "Ask what a customer would ask; prints what the bot would say."),
    "audit": ("audit:audit_", "The log of who changed or looked at what."),
    "backup": ("backup:backup", "Write the embedded database to a new file."),
    "bench": ("examine:bench_", "Measure this machine, with everything started afresh."),
    "channel": ("channel:channel", "What the channels make of what vendors send."),
    "demo": ("serve:demo_", "Two invented brands to look around in, in one process."),
    "doctor": ("examine:doctor_", "Say what is wrong with this installation, and how to mend it."),
    "encoder": ("encoder:encoder", "An encoder that finds articles by what is meant."),
    "eval": ("evaluate:eval_", "How well something does, on invented or your own examples."),
    "keys": ("keys:keys_", "The operator's keys, which wrap every person's key."),
    "lookup": ("lookup:lookup", "What scenarios may look up: tables that a brand imports."),
    "mask": ("mask:mask_", "Mask personal data in text from a file or standard input."),
    "model": ("model:model", "A language model that may word answers, brand by brand."),
    "person": ("person:person", "People who write here, and what they may ask of their data."),
    "policy": ("policy:policy", "What the law of a place asks, and what a brand adds to it."),
    "prove": ("examine:prove_", "Plant invented personal data in a desk, and search for it."),
    "rehearse": ("rehearse:rehearse_", "Replay a past evening at ten times its load, on a copy."),
    "restore": ("backup:restore_", "Bring a backup back, without whoever was erased since."),
    "retention": ("retention:retention", "What is deleted when its time is over."),
    "sandbox": ("sandbox:sandbox_", "Play the vendors: try every channel without an account."),
    "scenario": ("scenario:scenario", "Conversations that the support team writes: check and try them."),
    "serve": ("serve:serve", "Serve the widget, the help centre, the hooks and the desk."),
    "staff": ("staff:staff", "The people at the desk."),
    "work": ("serve:work", "Take turns, send and keep house; beside `okienko serve`."),
}


def load(name: str) -> click.Command:
    """The command with this name, from its file."""
    file, _, attribute = COMMANDS[name][0].partition(":")
    return getattr(import_module(f"{__name__}.{file}"), attribute)


class _Commands(click.Group):
    """Knows of its commands what its help says of them, and loads the one that is asked for."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else command, rest


@click.group(
    cls=_Commands,
    name="okienko",
    commands=[click.Command(name, help=says) for name, (_, says) in COMMANDS.items()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="okienko")
@click.pass_obj
def okienko(prepare: Callable[[], None] | None) -> None:
    """A self-hosted customer-service desk with a bot that quotes your own help articles."""
    if prepare is not None:
        prepare()


def configure_logs() -> None:
    """Before a command runs; a help text does without."""
    from okienko import log  # noqa: PLC0415 - what it imports takes longer than all of this

    log.configure()


def main() -> None:
    """The entry point: expected troubles end with a sentence, not with a traceback."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what passed through memory
    try:
        okienko(obj=configure_logs)
    except OperatorError as trouble:
        refuse(str(trouble))
