"""Changes a scenario's file as little as it takes: what a form changed is written anew, all else stays to the letter.

The file stays the truth. A form works on plain data, where every scalar is text; `rewrite` brings the file in step with
it: keys and list items that are the same keep their comments, quotes and blank lines. A round-trip library writes the
whole file anew and ties comments to what stands before them; here lines are cut where PyYAML says that a value stands.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, TypeAlias, cast

import yaml

from okienko.scenarios.document import Document, ScenarioRefused, Stop

Data: TypeAlias = "str | list[Data] | dict[str, Data]"

_INDENT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """Characters of the file that other ones take the place of."""

    start: int
    end: int
    text: str


def read_data(text: str) -> dict[str, Data]:
    """What a file says, all scalars as text. Raises `ScenarioRefused` where it is no YAML or no table."""
    return cast("dict[str, Data]", _plain(_parse(text)))


def find_lines(text: str, key: str) -> list[int]:
    """The line, from 1, on which each item of this list of the file begins. Raises as `read_data`."""
    found = dict(_entries(_parse(text))).get(key)
    items = _items(found[1]) if found is not None and isinstance(found[1], yaml.SequenceNode) else []
    return [cast("int", item.start_mark.line) + 1 for item in items]


def rewrite(text: str, data: Mapping[str, Data]) -> str:
    """The file that says `data`, with as much of `text` in it as can stay. Raises `ScenarioRefused`, as `read_data`."""
    wanted = _trim(dict(data))
    root = _parse(text)
    if _plain(root) == wanted:
        return text
    written = _Rewriter(text).write(root, cast("dict[str, Data]", wanted))
    try:
        if _plain(_parse(written)) == wanted:
            return written
    except ScenarioRefused:
        pass
    return _dump(wanted)  # written in a way that is not cut well: the words are kept, comments are not


def write_new(data: Mapping[str, Data]) -> str:
    """A file that says `data`: its parts apart."""
    return re.sub(r"^(steps|dialogues):", r"\n\1:", _dump(dict(data)), flags=re.MULTILINE)


@lru_cache(maxsize=64)
def _parse(text: str) -> yaml.MappingNode:
    """The document's nodes, which nobody changes."""
    document = Document()
    try:
        return document.parse(text)
    except Stop:
        raise ScenarioRefused(document.problems) from None


def _plain(node: yaml.Node) -> Data:
    match node:
        case yaml.MappingNode():
            return {key: _plain(value) for key, (_, value) in _entries(node)}
        case yaml.SequenceNode():
            return [_plain(item) for item in _items(node)]
        case _:
            return cast("str", node.value).strip()


def _trim(data: Data) -> Data:
    """As the reader has it: no text begins or ends with a space."""
    match data:
        case dict():
            return {key: _trim(value) for key, value in data.items()}
        case list():
            return [_trim(item) for item in data]
        case _:
            return data.strip()


def _entries(node: yaml.Node) -> Iterator[tuple[str, tuple[yaml.Node, yaml.Node]]]:
    for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
        yield str(key.value), (key, value)


def _items(node: yaml.Node) -> list[yaml.Node]:
    return cast("list[yaml.Node]", node.value)


class _Rewriter:
    """Collects what has to change in one file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[_Edit] = []

    def write(self, root: yaml.MappingNode, data: dict[str, Data]) -> str:
        """The changed file."""
        if root.flow_style or not data:
            return _dump(data)
        return self._apply(self._table(root, data), 0, len(self.text))

    def _apply(self, edits: Sequence[_Edit], start: int, end: int) -> str:
        """This stretch of the file after these edits, which do not overlap."""
        parts: list[str] = []
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            parts += self.text[start : edit.start], edit.text
            start = edit.end
        return "".join(parts) + self.text[start:end]

    def _value(self, key: yaml.Node, old: yaml.Node, new: Data) -> list[_Edit]:
        """Changes what a key holds."""
        if _plain(old) == new:
            return []
        block = isinstance(old, yaml.CollectionNode) and not old.flow_style and bool(old.value)
        if block and isinstance(old, yaml.MappingNode) and isinstance(new, dict) and new:
            return self._table(old, new)
        if block and isinstance(old, yaml.SequenceNode) and isinstance(new, list) and new:
            return [self._list(old, new)]
        # The sign of the key stays; what stands after it is written anew, in one line where it was.
        flow = isinstance(old, yaml.CollectionNode) and bool(old.flow_style)
        end = self._content_end(old)
        if flow or (isinstance(new, str) and "\n" not in new):
            return [_Edit(start=self._value_start(key), end=end, text=f" {_dump(new, flow=flow).strip()}")]
        entry = _dump({str(key.value): new}, self._column(key))
        return [_Edit(start=key.start_mark.index, end=end, text=entry.strip())]

    def _table(self, node: yaml.MappingNode, data: Mapping[str, Data]) -> list[_Edit]:
        """Changes the keys of a table that is written over several lines."""
        old = dict(_entries(node))
        edits: list[_Edit] = []
        column = self._column(next(iter(old.values()))[0])
        for name, (key, value) in old.items():
            if name in data:
                edits += self._value(key, value, data[name])
            else:
                edits.append(self._without(key, value))
        # A new key stands after the one that it follows in `data`; before all others where it follows none.
        after: str | None = None
        added: dict[str | None, dict[str, Data]] = {}
        for name, value in data.items():
            if name in old:
                after = name
            else:
                added.setdefault(after, {})[name] = value
        for name, entries in added.items():
            text = _dump(entries, column)
            if name is None:
                first = next(iter(old.values()))[0].start_mark.index
                edits.append(_Edit(start=first, end=first, text=text.lstrip() + " " * column))
            else:
                end = self._line_end(self._content_end(old[name][1]))
                apart = "\n" if column == 0 and isinstance(next(iter(entries.values())), list) else ""
                edits.append(_Edit(start=end, end=end, text=f"\n{apart}" + text.rstrip("\n")))
        return edits

    def _without(self, key: yaml.Node, value: yaml.Node) -> _Edit:
        """Takes a key's lines away. One that stands behind a list's hyphen leaves the hyphen where it is."""
        start, end = key.start_mark.index, self._line_end(self._content_end(value))
        begin = self._line_start(start)
        if self.text[begin:start].strip():  # behind “- ”: what follows moves up
            while end < len(self.text) and self.text[end] in "\n ":
                end += 1
            return _Edit(start=start, end=end, text="")
        return _Edit(start=begin, end=min(end + 1, len(self.text)), text="")

    def _list(self, node: yaml.SequenceNode, data: Sequence[Data]) -> _Edit:
        """Writes a list again from the lines of its items: those that stay, move or change a little, and new ones."""
        items = _items(node)
        indent = self._hyphen(items[0]) - self._line_start(self._hyphen(items[0]))
        starts = [self._item_start(item) for item in items]
        ends = [self._line_end(self._content_end(item)) for item in items]
        gaps = [self.text[end:start] for end, start in zip(ends, starts[1:], strict=False)]
        alone = "\n" * (2 if self.text.count("\n", starts[0], ends[0]) > 1 else 1)
        usual = max(set(gaps), key=gaps.count) if gaps else alone
        usual = "\n" * usual.count("\n")
        flow = all(isinstance(item, yaml.CollectionNode) and item.flow_style for item in items)
        lines: list[str] = []
        for old, new in _pair(list(map(_plain, items)), data):
            if old is None:
                lines += _dump_item(new, indent, flow=flow), usual
                continue
            edits = self._item(items[old], new)
            kept = " " * indent + self._apply(edits or [], starts[old], ends[old]).lstrip(" ")
            text = kept if edits is not None else _dump_item(new, indent, flow=flow)
            lines += text, gaps[old] if old < len(gaps) else usual
        if self.text[self._line_start(starts[0]) : starts[0]].strip():  # it begins within a line: “- - ”
            return _Edit(start=starts[0], end=ends[-1], text="".join(lines[:-1]).lstrip(" "))
        return _Edit(start=starts[0], end=ends[-1], text="".join(lines[:-1]))

    def _item(self, old: yaml.Node, new: Data) -> list[_Edit] | None:
        """What changes within a list's item; None: it is written anew."""
        if _plain(old) == new:
            return []
        block = isinstance(old, yaml.MappingNode) and not old.flow_style and bool(old.value)
        return self._table(cast("yaml.MappingNode", old), new) if block and isinstance(new, dict) and new else None

    # where things stand

    def _column(self, node: yaml.Node) -> int:
        return cast("int", node.start_mark.column)

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found

    def _value_start(self, key: yaml.Node) -> int:
        return self.text.index(":", key.end_mark.index) + 1

    def _hyphen(self, item: yaml.Node) -> int:
        return self.text.rindex("-", 0, item.start_mark.index)

    def _item_start(self, item: yaml.Node) -> int:
        """Where an item's lines begin, with the comments right above it; its hyphen where that begins no line."""
        start = self._hyphen(item)
        line = self._line_start(start)
        if self.text[line:start].strip():
            return start
        while line > 0:
            above = self._line_start(line - 1)
            if not self.text[above:line].lstrip(" ").startswith("#"):
                break
            line = above
        return line

    def _content_end(self, node: yaml.Node) -> int:
        """Where the last sign of a value stands; behind it are comments and blank lines."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = _items(node)[-1] if isinstance(node, yaml.SequenceNode) else [*_entries(node)][-1][1][1]
            return self._content_end(last)
        start, end = node.start_mark.index, node.end_mark.index
        if start == end:  # nothing: the end of its key
            return len(self.text[:start].rstrip())
        return start + len(self.text[start:end].rstrip())


def _pair(old: Sequence[Data], new: Sequence[Data]) -> Iterator[tuple[int | None, Data]]:
    """Each new item with the place of the old one that it was; None: there was none."""
    keys = [repr(item) for item in old]
    unused = set(range(len(old)))
    paired: dict[int, int] = {}
    for number, item in enumerate(new):  # the same item, wherever it stood
        found = next((at for at in sorted(unused, key=lambda at: abs(at - number)) if keys[at] == repr(item)), None)
        if found is not None:
            paired[number] = found
            unused.discard(found)
    matcher = SequenceMatcher(None, [_name(item) for item in old], [_name(item) for item in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():  # the same name, or the same place among those that changed
        if tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1):
            for at, number in zip(range(i1, i2), range(j1, j2), strict=True):
                if number not in paired and at in unused:
                    paired[number] = at
                    unused.discard(at)
    for number, item in enumerate(new):
        yield paired.get(number), item


def _name(item: Data) -> str:
    """What tells an item from others: the first thing that it says."""
    return repr(next(iter(item.items()), None)) if isinstance(item, dict) else repr(item)


class _Dumper(yaml.SafeDumper):
    """Writes every scalar as plain as it may stand; a text over several lines as a block."""

    yaml_implicit_resolvers: Mapping[str, object] = {}  # pyright: ignore[reportIncompatibleVariableOverride]

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand deeper than their key, as in the ready scenarios."""
        super().increase_indent(flow, indentless=False)  # pyright: ignore[reportUnknownMemberType]


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)  # pyright: ignore[reportUnknownMemberType]


_Dumper.add_representer(str, _represent_text)


def _dump(data: Data, indent: int = 0, *, flow: bool = False) -> str:
    """YAML of this, its lines moved in."""
    text = yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=10**9,
        indent=_INDENT,
        default_flow_style=flow,
    )
    lines = text.removesuffix("...\n").splitlines(keepends=True)
    return "".join(" " * indent + line if line.strip() else line for line in lines)


def _dump_flow(data: Data) -> str:
    return _dump(data, flow=True).strip()


def _dump_item(data: Data, indent: int, *, flow: bool = False) -> str:
    return " " * indent + "- " + _dump_flow(data) if flow else _dump([data], indent).rstrip("\n")
