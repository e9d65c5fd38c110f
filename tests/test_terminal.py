"""What the commands share: whose keys go with a data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from okienko.cli.terminal import read_settings


def test_the_keys_in_a_demos_folder_go_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OKIENKO_KEYS", raising=False)
    monkeypatch.delenv("OKIENKO_KEYS_COMMAND", raising=False)
    elsewhere = read_settings(tmp_path).keys
    assert elsewhere != tmp_path / "keys"
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "operator.key").touch()
    assert read_settings(tmp_path).keys == tmp_path / "keys"
    monkeypatch.setenv("OKIENKO_KEYS", str(elsewhere))
    assert read_settings(tmp_path).keys == elsewhere
