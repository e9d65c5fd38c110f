"""A number instead of a button: on channels that show choices by number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from okienko.turn import decide, pick_by_number
from okienko.values import Run
from tests.test_turn import asked, house, situation


@pytest.mark.parametrize(
    ("channel", "text", "category", "reason"),
    [
        ("whatsapp", "2", "konto", "category_picked"),
        ("messenger", " 1. ", "zwroty", "category_picked"),
        ("email", "2)", "konto", "category_picked"),
        ("instagram", "3", None, "asked_for_person"),
        ("whatsapp", "4", None, "answered"),  # nothing stands there
        ("whatsapp", "0", None, "answered"),
        ("whatsapp", "2 sztuki", None, "answered"),
        ("webchat", "2", None, "answered"),  # has buttons
    ],
)
def test_a_bare_number_picks_what_was_offered_under_it(
    channel: str, text: str, category: str | None, reason: str
) -> None:
    before = replace(situation(asked(text)), channel=channel, offered=("contact", "zwroty", "konto", "person"))
    plan = decide(before, house())
    assert plan.reason == reason
    assert not plan.picked or plan.category == category
    within = replace(before, run=Run(scenario="s", version=1, step="a"))
    assert pick_by_number(within) == within, "a scenario may have asked how many"
