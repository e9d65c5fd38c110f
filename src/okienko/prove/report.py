"""The report of a proof on a terminal: kinds, places, ways in, and never a value."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from okienko.prove.prove import Report


def show(console: Console, report: Report) -> None:
    """Kind by place, then each hit, then the sum."""
    places = {place: str(number) for number, place in enumerate(report.searched, start=1)}
    table = Table(title="Planted values found: kind by place", title_justify="left")
    table.add_column("kind", no_wrap=True)
    for number in places.values():
        table.add_column(number, justify="right")
    for kind in report.planted:
        counts = [report.count(kind, place) for place in places]
        table.add_row(kind, *(f"[red]{count}[/red]" if count else "0" for count in counts))
    console.print(table)
    for place, number in places.items():
        console.print(f"{number:>3}  {place}: {-(-report.searched[place] // 1000)} kB")
    for hit in report.show()["hits"]:
        console.print(f"[red]✗[/red] {hit['kind']}, by: {hit['way']}, in: {hit['place']} ({', '.join(hit['forms'])})")
    for process in report.may_leave_cores:
        console.print(f"[red]✗[/red] a crash of {process} would write its memory to a core file")
    values, ways = sum(report.planted.values()), len(report.ways)
    megabytes = sum(report.searched.values()) / 1e6
    said = f"{values} values of {len(report.planted)} kinds, {ways} ways in, {megabytes:.0f} MB searched"
    where = f"{report.seconds:.0f} s, seed {report.seed}"
    if report.holds:
        console.print(f"[green]✓[/green] Nothing was found: {said}; {where}.")
    else:
        found = len({hit.plant for hit in report.hits})
        console.print(f"[red]✗[/red] {found} values were found: {said}; {where}.")
