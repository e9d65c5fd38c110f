"""`python -m okienko.prove.unmasked`: okienko's commands with nothing recognised, to see that the proof can fail.

This is the only way to have it so. No setting and no argument of `serve` or `work` turns masking off; here the default
list of detectors is emptied in a process that was started for nothing else, on invented data in a temporary folder.
"""

from __future__ import annotations

import runpy

from okienko.masking.mask import find
from okienko.masking.panel import Panel


def main() -> None:
    """The commands of `okienko`, without detectors."""
    defaults = find.__kwdefaults__
    assert defaults is not None
    assert "detectors" in defaults
    defaults["detectors"] = Panel(())
    runpy.run_module("okienko", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
