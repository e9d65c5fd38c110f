"""Reads a scenario's file: a `Scenario`, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, Literal, cast, get_args

import yaml

from okienko.scenarios.document import Document, ScenarioRefused, Stop, line_of
from okienko.scenarios.messages import Message
from okienko.scenarios.scenario import (
    EVERYWHERE,
    Ask,
    AskKind,
    Authentication,
    Branch,
    Choice,
    Comparison,
    Condition,
    Dialogue,
    End,
    HandOff,
    Jump,
    LookUp,
    OpenCase,
    Priority,
    Put,
    Quote,
    Scenario,
    Step,
    Tell,
    Turn,
    Way,
    Wording,
)
from okienko.scenarios.schema import KEYS, KINDS, LIKE, MOST_CHOICES, MOST_STEPS, VARIABLE
from okienko.values import Language
from okienko.web.i18n import LANGUAGES, mark


def read_scenario(text: str) -> Scenario:
    """A scenario from its file. Raises `ScenarioRefused` with everything that is wrong."""
    reader = _Reader()
    try:
        root = reader.parse(text)
        scenario = reader.scenario(root)
    except Stop:
        raise ScenarioRefused(reader.problems) from None
    if reader.problems:
        raise ScenarioRefused(sorted(reader.problems, key=lambda problem: problem.line))
    return scenario


class _Reader(Document):
    """A document that is a scenario."""

    def scenario(self, root: yaml.MappingNode) -> Scenario:
        keys = self.table(root, ("scenario", "name", "category", "triggers", "steps", "dialogues"))
        for needed in ("scenario", "name", "steps"):
            if needed not in keys:
                self.wrong(1, mark("“%(key)s” is missing."), key=needed)
        if self.problems and not {"scenario", "name", "steps"} <= keys.keys():
            raise Stop
        name: dict[Language, str] = {
            language: self.text(node) for language, node in self.languages(keys["name"]).items()
        }
        triggers = (
            self.table(keys["triggers"], ("examples", "button", "link", "days_after_order"))
            if ("triggers" in keys)
            else {}
        )
        examples = self.languages(triggers["examples"]) if "examples" in triggers else {}
        nodes = self.items(keys["steps"])
        if len(nodes) > MOST_STEPS:
            self.stop(keys["steps"], mark("A scenario has at most %(most)s steps."), most=MOST_STEPS)
        steps = tuple(step for node in nodes if (step := self.step(node)) is not None)
        self.step_name = None
        self._names(steps)
        if not steps:
            raise Stop
        return Scenario(
            id=self.id(keys["scenario"]),
            name=name,
            languages=tuple(name),
            category=self.text(keys["category"]) if "category" in keys else None,
            examples={language: self.texts(node) for language, node in examples.items()},
            button=self.yes(triggers["button"]) if "button" in triggers else False,
            link=self.yes(triggers["link"]) if "link" in triggers else False,
            days_after_order=(
                self.number(triggers["days_after_order"], 0, 365) if "days_after_order" in triggers else None
            ),
            steps=steps,
            dialogues=tuple(map(self.dialogue, self.items(keys["dialogues"]))) if "dialogues" in keys else (),
        )

    def _names(self, steps: Sequence[Step]) -> None:
        """Each name once, and each step that is named somewhere is there."""
        known: set[str] = set()
        for step in steps:
            self.step_name = step.name
            if step.name in known:
                self.wrong(step.line, mark("There are two steps called “%(name)s”."), name=step.name)
            known.add(step.name)
        for step in steps:
            self.step_name = step.name
            for name in _named_by(step):
                if name not in known:
                    near = get_close_matches(name, known, n=1)
                    self.wrong(
                        step.line,
                        mark("There is no step called “%(name)s”. Did you mean “%(near)s”?")
                        if near
                        else mark("There is no step called “%(name)s”."),
                        name=name,
                        near=near[0] if near else "",
                    )
        self.step_name = None

    def step(self, node: yaml.Node) -> Step | None:
        self.step_name = None
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, mark("A step begins with “step:” and its name."))
            return None
        keys = self.table(node, KEYS)
        if "step" not in keys:
            self.wrong(node, mark("A step begins with “step:” and its name."))
            return None
        self.step_name = self.id(keys["step"])
        kind = next((kind for kind in KINDS if kind in keys), None)
        if kind is None:
            self.wrong(node, mark("This step does nothing. It may have: %(kinds)s."), kinds=", ".join(KINDS))
            return None
        needed, may = KINDS[kind]
        found = len(self.problems)
        for key in needed:
            if key not in keys:
                self.wrong(node, mark("“%(key)s” is missing."), key=key)
        for key, value in keys.items():
            if key not in {"step", kind, "renew", *needed, *may}:
                self.wrong(value, mark("“%(key)s” does not go with “%(kind)s”."), key=key, kind=kind)
        if len(self.problems) > found:
            return None
        return _STEPS[kind](self, keys, line_of(node))

    def choices(self, node: yaml.Node) -> tuple[Choice, ...]:
        choices: list[Choice] = []
        for item in self.items(node, 2):
            keys = self.table(item, ("value", *LANGUAGES, "also", "go"))
            if "value" not in keys or not set(LANGUAGES) & keys.keys():
                self.wrong(item, mark("A choice has a value and what it is called, by language: pl and en."))
                continue
            labels: dict[Language, Mapping[str, Message]] = {
                language: {EVERYWHERE: self.message(keys[language])} for language in LANGUAGES if language in keys
            }
            also = self.languages(keys["also"]) if "also" in keys else {}
            value = self.variable(keys["value"])
            if value in {choice.value for choice in choices}:
                self.wrong(keys["value"], mark("“%(key)s” stands here twice."), key=value)
            choices.append(
                Choice(
                    value=value,
                    label=Wording(line=line_of(item), texts=labels),
                    also={language: self.texts(words) for language, words in also.items()},
                    go=self.id(keys["go"]) if "go" in keys else None,
                )
            )
        if len(choices) > MOST_CHOICES:
            self.wrong(node, mark("A question has at most %(most)s choices."), most=MOST_CHOICES)
        return tuple(choices)

    def ways(self, node: yaml.Node) -> tuple[Way, ...]:
        ways: list[Way] = []
        items = self.items(node, 2)
        for item in items:
            keys = self.table(item, ("when", "go"))
            if "go" not in keys:
                self.wrong(item, mark("“%(key)s” is missing."), key="go")
                continue
            when = self.table(keys["when"], None) if "when" in keys else {}
            conditions = tuple(
                condition for name, compared in when.items() for condition in self.conditions(name, compared)
            )
            last = item is items[-1]
            if not conditions and not last:
                self.wrong(item, mark("Only the last way of a branch has no condition: it is taken when no other is."))
            if conditions and last:
                self.wrong(item, mark("The last way of a branch has no condition: it is taken when no other is."))
            ways.append(Way(line=line_of(item), conditions=conditions, go=self.id(keys["go"])))
        return tuple(ways)

    def conditions(self, name: str, node: yaml.Node) -> Iterable[Condition]:
        """What a variable has to be: a value, a list of values, or comparisons."""
        if not isinstance(node, yaml.MappingNode):
            yield Condition(name=name, comparison="is", operands=self.texts(node))
            return
        for comparison, compared in self.table(node, (*get_args(Comparison)[1:], "days_ago")).items():
            if comparison == "days_ago":
                for than, days in self.table(compared, ("over", "under", "at_least", "at_most")).items():
                    operand = str(self.number(days, 0, 36500))
                    yield Condition(name=name, comparison=cast("Comparison", than), operands=(operand,), days_ago=True)
            elif comparison == "known":
                yield Condition(name=name, comparison="known", operands=("yes" if self.yes(compared) else "no",))
            elif comparison == "not":
                yield Condition(name=name, comparison="not", operands=self.texts(compared))
            else:
                operand = str(self.number(compared))
                yield Condition(name=name, comparison=cast("Comparison", comparison), operands=(operand,))

    def dialogue(self, node: yaml.Node) -> Dialogue:
        keys = self.table(node, ("dialogue", "language", "finds", "turns"))
        for needed in ("dialogue", "language", "turns"):
            if needed not in keys:
                self.stop(node, mark("“%(key)s” is missing."), key=needed)
        finds: dict[str, Mapping[str, str] | None] = {}
        for source, found in (self.table(keys["finds"], None) if "finds" in keys else {}).items():
            if isinstance(found, yaml.MappingNode):
                finds[source] = {name: self.text(value) for name, value in self.table(found, None).items()}
            elif self.option(found, ("missing", "away")) == "missing":
                finds[source] = {}
            else:
                finds[source] = None
        return Dialogue(
            name=self.text(keys["dialogue"]),
            line=line_of(node),
            language=cast("Language", self.option(keys["language"], LANGUAGES)),
            turns=tuple(map(self.turn, self.items(keys["turns"]))),
            finds=finds,
        )

    def turn(self, node: yaml.Node) -> Turn:
        keys = self.table(node, ("customer", "at", "told", "ends"))
        if "customer" not in keys:
            self.stop(node, mark("“%(key)s” is missing."), key="customer")
        ends = self.option(keys["ends"], ("solved", "unsolved", "person")) if "ends" in keys else None
        return Turn(
            line=line_of(node),
            says=self.text(keys["customer"]),
            at=self.id(keys["at"]) if "at" in keys else None,
            told=self.texts(keys["told"]) if "told" in keys else (),
            ends=cast("Literal['solved', 'unsolved', 'person'] | None", ends),
        )

    def go(self, keys: Mapping[str, yaml.Node], key: str = "go") -> str | None:
        return self.id(keys[key]) if key in keys else None

    def said(self, keys: Mapping[str, yaml.Node], key: str = "say") -> Wording | None:
        return self.wording(keys[key]) if key in keys else None

    def rated(self, keys: Mapping[str, yaml.Node]) -> bool:
        if "rate" in keys and "say" not in keys:
            self.wrong(keys["rate"], mark("“%(key)s” is missing."), key="say")
        return self.yes(keys["rate"]) if "rate" in keys else False

    def renewed(self, keys: Mapping[str, yaml.Node]) -> bool:
        return self.yes(keys["renew"]) if "renew" in keys else False


def _named_by(step: Step) -> Iterable[str]:
    """The steps that it names."""
    if step.go is not None:
        yield step.go
    match step:
        case Ask():
            yield from (choice.go for choice in step.choices if choice.go is not None)
            if step.give_up is not None:
                yield step.give_up
        case Branch():
            yield from (way.go for way in step.ways)
        case LookUp():
            yield from (step.missing, step.away)
        case _:
            pass


# one function a kind of step: its keys are those of `KINDS` -----------------------------------------------------------

_Keys = Mapping[str, yaml.Node]


def _tell(read: _Reader, keys: _Keys, line: int) -> Step:
    return Tell(
        name=read.step_name or "",
        line=line,
        say=read.wording(keys["say"]),
        rate=read.rated(keys),
        go=read.go(keys),
        renew=read.renewed(keys),
    )


def _ask(read: _Reader, keys: _Keys, line: int) -> Step:
    kind = cast("AskKind", read.option(keys["ask"], get_args(AskKind)))
    for key, kinds in _GOES_WITH.items():
        if key in keys and kind not in kinds:
            read.wrong(keys[key], mark("“%(key)s” does not go with “%(kind)s”."), key=key, kind=f"ask: {kind}")
    if kind == "choice" and "choices" not in keys:
        read.wrong(line, mark("“%(key)s” is missing."), key="choices")
    least = read.number(keys["least"]) if "least" in keys else None
    most = read.number(keys["most"]) if "most" in keys else None
    if least is not None and most is not None and least > most:
        read.wrong(keys["least"], mark("“least” is more than “most”."))
    like = (
        read.match(keys["like"], LIKE, mark("“%(value)s”: # is a digit, @ a letter, * either."))
        if ("like" in keys)
        else None
    )
    when = read.option(keys["when"], ("past", "future")) if "when" in keys else None
    return Ask(
        name=read.step_name or "",
        line=line,
        say=read.wording(keys["say"]),
        kind=kind,
        save=read.variable(keys["save"]),
        choices=read.choices(keys["choices"]) if "choices" in keys else (),
        otherwise=read.said(keys, "otherwise"),
        tries=read.number(keys["tries"], 1, 5) if "tries" in keys else 2,
        give_up=read.go(keys, "give_up"),
        least=least,
        most=most,
        when=cast("Literal['past', 'future'] | None", when),
        like=like,
        go=read.go(keys),
        renew=read.renewed(keys),
    )


_GOES_WITH: Final[Mapping[str, tuple[AskKind, ...]]] = {
    "choices": ("choice",),
    "least": ("number",),
    "most": ("number",),
    "when": ("date",),
    "like": ("order_number",),
}


def _branch(read: _Reader, keys: _Keys, line: int) -> Step:
    return Branch(name=read.step_name or "", line=line, ways=read.ways(keys["branch"]), renew=read.renewed(keys))


def _put(read: _Reader, keys: _Keys, line: int) -> Step:
    values: dict[str, str] = {}
    for name, node in read.table(keys["set"], None).items():
        if not VARIABLE.fullmatch(name):
            read.wrong(
                node,
                mark("“%(value)s” is no variable: small letters a to z, digits and _, a letter first."),
                value=name,
            )
        values[name] = read.text(node)
    return Put(name=read.step_name or "", line=line, values=values, go=read.go(keys), renew=read.renewed(keys))


def _look_up(read: _Reader, keys: _Keys, line: int) -> Step:
    return LookUp(
        name=read.step_name or "",
        line=line,
        source=read.text(keys["look_up"]),
        arguments={name: read.variable(node) for name, node in read.table(keys["with"], None).items()},
        save={name: read.text(node) for name, node in read.table(keys["save"], None).items()},
        missing=read.id(keys["missing"]),
        away=read.id(keys["away"]),
        go=read.go(keys),
        renew=read.renewed(keys),
    )


def _quote(read: _Reader, keys: _Keys, line: int) -> Step:
    return Quote(
        name=read.step_name or "",
        line=line,
        article=read.text(keys["article"]),
        say=read.said(keys),
        go=read.go(keys),
        renew=read.renewed(keys),
    )


def _hand_off(read: _Reader, keys: _Keys, line: int) -> Step:
    table = read.table(keys["hand_off"], ("team", "priority", "authentication"))
    priority = read.option(table["priority"], get_args(Priority)) if "priority" in table else "normal"
    needs = read.option(table["authentication"], get_args(Authentication)) if "authentication" in table else "none"
    return HandOff(
        name=read.step_name or "",
        line=line,
        say=read.said(keys),
        team=read.text(table["team"]) if "team" in table else None,
        priority=cast("Priority", priority),
        authentication=cast("Authentication", needs),
        renew=read.renewed(keys),
    )


def _case(read: _Reader, keys: _Keys, line: int) -> Step:
    return OpenCase(
        name=read.step_name or "",
        line=line,
        kind=read.text(keys["case"]),
        save=read.variable(keys["save"]) if "save" in keys else None,
        go=read.go(keys),
        renew=read.renewed(keys),
    )


def _end(read: _Reader, keys: _Keys, line: int) -> Step:
    return End(
        name=read.step_name or "",
        line=line,
        say=read.said(keys),
        rate=read.rated(keys),
        solved=read.option(keys["end"], ("solved", "unsolved")) == "solved",
        renew=read.renewed(keys),
    )


def _jump(read: _Reader, keys: _Keys, line: int) -> Step:
    return Jump(name=read.step_name or "", line=line, go=read.id(keys["go"]), renew=read.renewed(keys))


_STEPS: Final[Mapping[str, Callable[[_Reader, _Keys, int], Step]]] = {
    "ask": _ask,
    "branch": _branch,
    "set": _put,
    "look_up": _look_up,
    "article": _quote,
    "hand_off": _hand_off,
    "case": _case,
    "end": _end,
    "say": _tell,
    "go": _jump,
}
