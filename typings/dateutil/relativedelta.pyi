"""As much of python-dateutil as the tests of clocks use."""

from datetime import date

class relativedelta:
    def __init__(self, *, months: int = 0) -> None: ...
    def __radd__(self, other: date) -> date: ...
