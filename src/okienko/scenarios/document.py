"""Reads a YAML document whose every scalar is text, and writes down what is wrong with it, line and fix.

`no` and `on` are words here, and nothing is built of a document that would be large in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NoReturn, cast

import yaml

from okienko.scenarios.messages import BadMessage, Message, read_message
from okienko.scenarios.scenario import EVERYWHERE, Wording
from okienko.scenarios.schema import IDENTIFIER, VARIABLE
from okienko.values import Language
from okienko.web.i18n import LANGUAGES, Words, mark, words

LARGEST: Final = 256 * 1024  # characters of a file
DEEPEST: Final = 20  # of what stands in each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where it stands, and what mends it."""

    line: int  # from 1; 0: the file as a whole
    what: str  # a msgid
    values: Mapping[str, object]
    step: str | None = None

    def tell(self, speak: Words) -> str:
        """In the reader's language."""
        values = {
            name: value.tell(speak) if isinstance(value, BadMessage) else value for name, value in self.values.items()
        }
        return speak.gettext(self.what, **values)

    def __str__(self) -> str:
        return f"line {self.line}: {self.tell(words('en'))}" if self.line else self.tell(words("en"))


class ScenarioRefused(Exception):
    """A file that cannot be used; nothing of it is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Stop(Exception):
    """Nothing more can be read."""


class Document:
    """Goes through the document once and writes down what is wrong on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.step_name: str | None = None

    def wrong(self, node: yaml.Node | int, what: str, /, **values: object) -> None:
        """Writes down what is wrong here: a msgid and its values."""
        line = node if isinstance(node, int) else line_of(node)
        self.problems.append(Problem(line=line, what=what, values=values, step=self.step_name))

    def stop(self, node: yaml.Node | int, what: str, /, **values: object) -> NoReturn:
        """The same, where nothing after it can be read."""
        self.wrong(node, what, **values)
        raise Stop

    def parse(self, text: str) -> yaml.MappingNode:
        """The document's outermost table. Raises `Stop`."""
        if len(text) > LARGEST:
            self.stop(0, mark("The file is larger than %(most)s kB."), most=LARGEST // 1024)
        try:
            self._look_through(text)
            root = cast("yaml.Node | None", yaml.compose(text, Loader=yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        except yaml.MarkedYAMLError as error:
            at = error.problem_mark or error.context_mark
            self.stop(
                at.line + 1 if at else 0,
                mark("This is not YAML: %(why)s. Put quotes round a text with a colon or, in braces, a comma or a ?."),
                why=error.problem or error.context or "?",
            )
        except yaml.YAMLError:
            self.stop(0, mark("The file holds signs that no text may hold."))
        if not isinstance(root, yaml.MappingNode):
            self.stop(1, mark("A scenario begins with “scenario:” and its id."))
        return root

    def _look_through(self, text: str) -> None:
        """Refuses what would make a small file large in memory, before anything is built of it."""
        depth = 0
        events = cast("Iterator[yaml.Event]", yaml.parse(text, Loader=yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        for event in events:
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                self.stop(line_of(event), mark("Anchors and aliases (& and *) are not read here."))
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    self.stop(line_of(event), mark("Here too much stands in each other."))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    # small parts

    def table(self, node: yaml.Node, known: Iterable[str] | None) -> dict[str, yaml.Node]:
        """The keys of a table and what they hold; `known`: the keys that it may have."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, mark("Here a table of keys and values is expected."))
            return {}
        allowed = None if known is None else tuple(known)
        table: dict[str, yaml.Node] = {}
        for key_node, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            key = cast("str", key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if not key:
                self.wrong(key_node, mark("Here a key is expected."))
            elif key in table:
                self.wrong(key_node, mark("“%(key)s” stands here twice."), key=key)
            elif allowed is not None and key not in allowed:
                self._unknown(key_node, key, allowed)
            else:
                table[key] = value
        return table

    def _unknown(self, node: yaml.Node, word: str, known: Iterable[str]) -> None:
        near = get_close_matches(word, known, n=1)
        if near:
            self.wrong(node, mark("“%(word)s” is not known here. Did you mean “%(near)s”?"), word=word, near=near[0])
        else:
            self.wrong(node, mark("“%(word)s” is not known here. Known: %(known)s."), word=word, known=", ".join(known))

    def text(self, node: yaml.Node) -> str:
        """A text that is not empty."""
        if isinstance(node, yaml.ScalarNode) and (value := cast("str", node.value).strip()):
            return value
        self.wrong(node, mark("Here a text is expected."))
        return ""

    def texts(self, node: yaml.Node) -> tuple[str, ...]:
        """A list of texts; one text is a list of one."""
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.text(item) for item in cast("list[yaml.Node]", node.value))
        return (self.text(node),)

    def items(self, node: yaml.Node, least: int = 1) -> list[yaml.Node]:
        """What stands in a list."""
        items = cast("list[yaml.Node]", node.value) if isinstance(node, yaml.SequenceNode) else None
        if items is None or len(items) < least:
            self.wrong(node, mark("Here a list of at least %(least)s is expected."), least=least)
            return items or []
        return items

    def match(self, node: yaml.Node, pattern: re.Pattern[str], what: str) -> str:
        """A text of a certain form."""
        value = self.text(node)
        if value and not pattern.fullmatch(value):
            self.wrong(node, what, value=value)
        return value

    def id(self, node: yaml.Node) -> str:
        """A name, such as a step's."""
        return self.match(
            node, IDENTIFIER, mark("“%(value)s” is no name: small letters a to z, digits and hyphens, a letter first.")
        )

    def variable(self, node: yaml.Node) -> str:
        """A variable's name."""
        return self.match(
            node, VARIABLE, mark("“%(value)s” is no variable: small letters a to z, digits and _, a letter first.")
        )

    def option(self, node: yaml.Node, options: Iterable[str]) -> str:
        """One of some words; the first when it is none of them."""
        value, known = self.text(node), tuple(options)
        if value in known:
            return value
        if value:
            self._unknown(node, value, known)
        return known[0]

    def number(self, node: yaml.Node, least: int = -(10**9), most: int = 10**9) -> int:
        """A whole number."""
        value = self.text(node)
        if re.fullmatch(r"-?\d{1,10}", value, re.ASCII) and least <= int(value) <= most:
            return int(value)
        if value:
            self.wrong(
                node, mark("Here a whole number from %(least)s to %(most)s is expected."), least=least, most=most
            )
        return least

    def yes(self, node: yaml.Node) -> bool:
        """Whether it says so."""
        return self.option(node, ("false", "true", "no", "yes")) in {"true", "yes"}

    def languages(self, node: yaml.Node) -> dict[Language, yaml.Node]:
        """What stands there for each language."""
        return cast("dict[Language, yaml.Node]", self.table(node, LANGUAGES))

    def wording(self, node: yaml.Node) -> Wording:
        """One thing to say, by language and perhaps by channel."""
        texts: dict[Language, Mapping[str, Message]] = {}
        for language, said in self.languages(node).items():
            if not isinstance(said, yaml.MappingNode):
                texts[language] = {EVERYWHERE: self.message(said)}
                continue
            by_channel = {channel: self.message(text) for channel, text in self.table(said, None).items()}
            if EVERYWHERE not in by_channel:
                self.wrong(said, mark("“other” is missing: what is said on all other channels."))
                by_channel[EVERYWHERE] = Message(())
            texts[language] = by_channel
        if not texts:
            self.wrong(node, mark("Here a text is expected, by language: pl and en."))
            texts["en"] = {EVERYWHERE: Message(())}
        return Wording(line=line_of(node), texts=texts)

    def message(self, node: yaml.Node) -> Message:
        """A text with variables."""
        text = self.text(node)
        try:
            return read_message(text)
        except BadMessage as error:
            # A text over several lines begins below the sign that opens it.
            within = text[: error.at].count("\n")
            block = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
            line = line_of(node) + within + (1 if block else 0)
            near = text[error.at : error.at + 20].split("\n")[0]
            self.wrong(line, mark("This text cannot be read at “%(near)s”: %(why)s."), near=near, why=error)
            return Message(())


def line_of(node: yaml.Node | yaml.Event) -> int:
    """The line that a node begins on, from 1."""
    return cast("int", node.start_mark.line) + 1
