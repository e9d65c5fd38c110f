from __future__ import annotations

import pytest

from okienko.scenarios.check import Known, Offer, find_problems
from okienko.scenarios.read import read_scenario
from tests.scenarios.world import HEAD, file

DONE = "- {step: done, end: solved}"
NAME = "- {step: name, ask: text, save: name, say: {pl: Imię, en: Name}}"


def _branch(condition: str) -> str:
    return f"{NAME}\n- {{step: b, branch: [{{when: {{{condition}}}, go: done}}, {{go: done}}]}}\n{DONE}"


def _told(pl: str, en: str) -> str:
    return f"{NAME}\n- {{step: a, say: {{pl: {pl}, en: {en}}}}}\n{DONE}"


@pytest.mark.parametrize(
    ("steps", "line", "says"),
    [
        (f"{DONE}\n- {{step: alone, say: {{pl: a, en: a}}, go: done}}", 6, "Nothing leads"),
        (f"{NAME}\n- {{step: told, say: {{pl: a, en: a}}}}", 6, "Nothing comes after"),
        (f"- {{step: told, say: {{pl: a}}}}\n{DONE}", 5, "not said in en"),
        (f"- {{step: told, say: {{pl: 'a {{name}}', en: a}}}}\n{DONE}", 5, "Nothing gives the variable “name”"),
        (f"{NAME[:-1]}, give_up: told}}\n- {{step: told, say: {{pl: '{{name}}', en: a}}}}\n{DONE}", 6, "no value yet"),
        (f"- {{step: name, ask: text, save: brand, say: {{pl: a, en: a}}}}\n{DONE}", 5, "given by the house"),
        ("- {step: a, set: {x: y}}\n- {step: b, go: a}", 5, "go round"),
        (f"{NAME[:-1]}, give_up: done}}\n{DONE}", 5, "no way leads to a person"),
        (_branch("name: {days_ago: {over: 3}}"), 6, "compares dates"),
        (_branch("age: 3"), 6, "Nothing gives the variable “age”"),
        (_told("'{name, plural, one {x} other {y}}'", "a"), 6, "lack: few, many"),
        (_told("a", "'{name, plural, one {x} few {z} other {y}}'"), 6, "no forms: few"),
        (f"- {{step: q, article: nowhere}}\n{DONE}", 5, "no published article"),
        (f"- {{step: q, case: whim}}\n{DONE}", 5, "no cases of the kind"),
        ("- {step: q, hand_off: {team: nobody}}", 5, "no team"),
    ],
)  # fmt: skip
def test_what_nobody_would_notice_before_a_customer_does(steps: str, line: int, says: str) -> None:
    known = Known(articles={"there"}, teams={"delivery"}, cases={"complaint"}, sources={})
    problems = find_problems(read_scenario(file(steps)), known)
    assert any(problem.line == line and says in str(problem) for problem in problems), list(map(str, problems))


CHOICE = """
- step: what
  ask: choice
  save: what
  say: {pl: Co, en: What}
  choices:
    - {value: a, pl: To samo, en: One}
    - {value: b, pl: to samo, en: Two}
- step: b
  branch:
    - {when: {what: c}, go: done}
    - {go: done}
- {step: done, end: solved}
"""


def test_what_would_write_first_is_refused_and_starts_nothing() -> None:
    later = read_scenario(file(DONE, head=HEAD.replace("button: true", "days_after_order: 3")))
    said = [str(problem) for problem in find_problems(later)]
    assert [any(words in one for one in said) for words in ("would write first", "Nothing starts")] == [True, True]


LOOKED = """
- {step: what, ask: KIND, save: given, say: {pl: Co, en: What}}
- step: look
  look_up: orders
  with: {number: given}
  save: {state: state}
  missing: done
  away: person
- {step: done, end: solved}
- {step: person, hand_off: {}}
"""


@pytest.mark.parametrize(
    ("kind", "sources", "says"),
    [
        ("order_number", {}, None),  # no source: it is away
        ("order_number", {"orders": Offer(needs=["number"], gives=["state", "day"])}, None),
        ("order_number", {"order": Offer(needs=["number"], gives=["state"])}, "Did you mean “order”?"),
        ("order_number", {"orders": Offer(needs=["number", "code"], gives=["state"])}, "asked with: number, code"),
        ("order_number", {"orders": Offer(needs=["number"], gives=["day"])}, "does not give “state”"),
        ("text", {}, "wrote freely"),
        ("email", {}, "wrote freely"),
    ],
)
def test_a_look_up_asks_for_what_its_source_gives_and_never_with_free_words(
    kind: str, sources: dict[str, Offer], says: str | None
) -> None:
    problems = [
        str(one) for one in find_problems(read_scenario(file(LOOKED.replace("KIND", kind))), Known(sources=sources))
    ]
    assert any(says in one for one in problems) if says else problems == [], problems


def test_choices_are_told_apart_and_those_that_are_compared_exist() -> None:
    problems = [str(problem) for problem in find_problems(read_scenario(file(CHOICE)))]
    assert problems == [
        "line 5: Two choices are called the same in pl.",
        "line 14: “c” is none of the choices of “what”.",
    ]


def test_something_has_to_start_it_and_in_each_of_its_languages() -> None:
    silent = read_scenario(file(DONE, head=HEAD.replace("button: true", "")))
    assert "Nothing starts" in str(find_problems(silent)[0])
    half = read_scenario(file(DONE, head=HEAD.replace("button: true", "examples: {pl: [zwrot]}")))
    assert "no example sentences in this language: en" in str(find_problems(half)[0])


def test_what_is_right_has_no_problems() -> None:
    steps = f"""
    {NAME}
    - {{step: told, say: {{pl: 'Dzień dobry, {{name}}', en: 'Hello {{name}}'}}}}
    {DONE}
    """
    assert find_problems(read_scenario(file(steps))) == ()
