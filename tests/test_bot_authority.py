"""AI-07: nothing that a turn can do changes who somebody is, what opens an account, money, or an account's state.

Everything that a turn may do is listed here with its class, as TRUST.md, section 4.2, has them: 0 reads what is public,
1 reads or writes the customer's own masked case, 2 reads an order after authentication: a source of facts says which
proof it wants (`facts.py`, tests/lookups). Class 3 (writing to an account, money or an identity) is not there. Whoever
adds a field, a kind or a table has to come here first.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import Final, get_args

import okienko
from okienko.answers.model.prompt import write_body
from okienko.conversations.store import turns
from okienko.turn import CODE, CONTACT, PERSON, SKIP
from okienko.values import ARTICLE, OPTION, SCENARIO, Because, Holder, Kind, Plan, Say

PACKAGE = Path(okienko.__file__).parent

# What a plan says, and what the store makes of it. All of it is class 1: the conversation that the turn is about.
PLAN: Final = {
    "situation": "what was read",
    "says": "messages to this customer",
    "holder": "who answers next: the bot, or a person",
    "category": "what it is about",
    "picked": "whether the customer has said so",
    "language": "the language of the conversation",
    "misses": "a counter of the conversation",
    "reason": "for the trace",
    "routed": "for the trace",
    "people_only": "the customer's own wish about programs that answer",
    "notice": "which notice was given",
    "run": "where the conversation stands in a scenario",
    "verify": "a code is asked for before a person gets it",
    "report": "the incident that the conversation asks about",
    "cases": "cases that people will decide, opened for this conversation",
    "team": "which people are to take it",
    "priority": "how soon",
    "wants": "what to read first in a source of facts, which asks for its own proof; nothing is written there",
}
SAY: Final = {"kind", "text", "choices", "labels", "citations", "confidence", "generator", "proposed"}
KINDS: Final = {
    *("text", "attachment", "notice", "answer", "clarify", "handoff", "person", "choice", "unreadable", "event"),
    "echo",  # what the brand's people have written elsewhere: never a turn's
}
BECAUSE: Final = {
    *("person_has_it", "asked_for_person", "unreadable", "attachment", "truth", "category_picked", "answered"),
    *("clarified", "greeted", "thanked", "no_answer", "broken", "restricted", "people_only", "wants_program"),
    "bot_allowed",
    *("code_asked", "code_entered", "code_skipped"),
    "scenario",
    "incident",
    "public",
    "elsewhere",
}
# Quick replies, and what a press of them does: it writes a message of the customer's, or opens a form of the widget.
CHOICES: Final = {
    PERSON: "asks for a person",
    CONTACT: "the form for a way to be reached",
    ARTICLE: "asks for an article",
    SCENARIO: "begins a scenario",
    OPTION: "answers a scenario's question",
    CODE: "the form for a code; what it proves is written by the window's own pages, never by a turn",
    SKIP: "on to a person without a code",
}
# Tables that the commit of a turn writes, with the columns of those that live on.
WRITES: Final = {
    ("update", "conversation"),
    ("update", "lane"),
    ("update", "person"),  # the customer's own wish about programs that answer, see PERSON_COLUMNS
    ("insert into", "message"),
    ("insert into", "outbox"),
    ("insert into", "citation"),
    ("insert into", "unanswered"),
    ("insert into", "notice_shown"),
    ("insert into", "scenario_run"),  # where this conversation stands in a scenario
    ("delete from", "scenario_run"),
    ("insert into", "incident_report"),  # that this conversation asks about an incident
}
PERSON_COLUMNS: Final = {"people_only_at"}
CONVERSATION_COLUMNS: Final = {
    *("holder", "category", "picked", "language", "misses", "reason", "noticed", "notice", "version", "queued_at"),
    *("updated_at", "closed_at", "agent_id", "routed", "routed_at"),
    *("notice_version", "notice_language", "team", "priority"),
}
WRITE: Final = re.compile(
    r"\b(insert into|update|delete from)\s+(?:okienko\.)?(\w+)(?:\s+\w+)?\s*(?:\(|set|where|using)"
)


def statements() -> list[str]:
    return [value for name, value in vars(turns).items() if name.isupper() and isinstance(value, str)]


def find_set(statement: str, table: str) -> set[str]:
    """The columns that `update … set` gives another value."""
    found: set[str] = set()
    for block in re.findall(rf"update {table}(?: \w+)? set\s(.*?)(?:\n\s*(?:from|where)\b)", statement, re.DOTALL):
        found |= set(re.findall(r"(?:^|,)\s*(\w+)\s*=", block))
    return found


def find_tools(body: bytes) -> set[str]:
    """Parts of a request that would let a model ask for something to be done."""
    return {"tools", "functions", "tool_choice", "function_call"} & json.loads(body).keys()


def test_ai_07_everything_that_a_turn_decides_is_listed() -> None:
    assert {field.name for field in dataclasses.fields(Plan)} - PLAN.keys() == set()
    assert {field.name for field in dataclasses.fields(Say)} - SAY == set()
    assert set(get_args(Because)) - BECAUSE == set()
    assert {kind.value for kind in Kind} - KINDS == set()
    assert {holder.value for holder in Holder} == {"bot", "queue", "agent"}


def test_ai_07_everything_that_a_customer_is_offered_is_listed() -> None:
    """Quick replies are slugs of categories, articles, scenarios, or constants of `turn.py` and `playing.py`."""
    offered: set[str] = set()
    for name in ("turn.py", "playing.py"):
        for node in ast.parse((PACKAGE / name).read_text("utf-8")).body:
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                offered.add(node.value.value)
    assert {PERSON, CONTACT} <= offered
    assert {text for text in offered if re.fullmatch(r"[a-z-]+:?", text)} - CHOICES.keys() - {"program"} == set()


def test_ai_07_the_commit_of_a_turn_writes_the_conversation_and_nothing_else() -> None:
    written = {(verb, table) for statement in statements() for verb, table in WRITE.findall(statement)}
    assert ("update", "conversation") in written, "the statements are found"
    assert ("insert into", "outbox") in written
    assert written - WRITES == set()
    columns = {column for statement in statements() for column in find_set(statement, "conversation")}
    assert "holder" in columns
    assert columns - CONVERSATION_COLUMNS == set()
    assert {column for statement in statements() for column in find_set(statement, "person")} - PERSON_COLUMNS == set()


def test_ai_07_a_turn_and_a_model_reach_no_store_but_what_they_read() -> None:
    """`turn.py` decides and `phrase.py` words: neither can write, whatever a customer or a model says."""
    allowed = {"turn.py": set[str](), "playing.py": set[str](), "phrase.py": {"okienko.answers.model.store"}}
    for name, stores in allowed.items():
        tree = ast.parse((PACKAGE / name).read_text("utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        imported |= {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert {module for module in imported if module.endswith(".store")} - stores == set()
        assert not any(module.startswith(("okienko.staff", "okienko.brands.store")) for module in imported)


def test_ai_07_a_model_has_no_tools() -> None:
    assert find_tools(write_body("a-model", "pytanie", (), "pl")) == set()


def test_ai_07_what_is_added_is_noticed() -> None:
    assert WRITE.findall("update identity set lookup = 1") == [("update", "identity")]
    assert WRITE.findall("insert into staff_role (a) values (1)") == [("insert into", "staff_role")]
    assert WRITE.findall("delete from person_key where true") == [("delete from", "person_key")]
    assert find_set("update conversation c set person_id = p.id\n  from p", "conversation") == {"person_id"}
    assert find_tools(b'{"model": "x", "tools": []}') == {"tools"}
