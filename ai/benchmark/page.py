"""A suite's result as one HTML page with plots, which opens without a network and without a script.

Each list of rows is a table whose numbers carry a bar, as long as the number is large in its column. Rows that have a
`week` are drawn as lines instead, one for each other column.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from aipchain.ai.benchmark.suite import Rows, tables

__all__ = ["page"]

WIDTH, HEIGHT, EDGE = 860, 260, 46
_COLOURS: Final = ("#0b5fa5", "#c2410c", "#15803d", "#7c3aed", "#b91c1c", "#0f766e", "#a16207", "#475569", "#be185d")
_STYLE: Final = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#16202c;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 2rem;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:left;border-bottom:1px solid #d8dee6;white-space:nowrap}
td.number{text-align:right;background:linear-gradient(#cfe3f5,#cfe3f5) no-repeat left/var(--bar) 70%}
td.missed{color:#b91c1c;font-weight:600}svg{max-width:100%;height:auto}text{font-size:12px;fill:#16202c}
@media(prefers-color-scheme:dark){body{background:#12171e;color:#e4e9ef}th,td{border-color:#2c3642}text{fill:#e4e9ef}
td.number{background-image:linear-gradient(#1d4468,#1d4468)}td.missed{color:#f87171}}
"""


def page(name: str, document: Mapping[str, Any]) -> str:
    """The page of a result document."""
    parts = [part for key, rows in tables(document) for part in _part(key, rows)]
    run = document["run"]
    made = f"seed {run['seed']}, {run['executor']}, {run['cpu_s']} CPU s, {run['processor']}, Python {run['python']}"
    versions = ", ".join(f"{package} {version}" for package, version in run["versions"].items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)}</title><style>{_STYLE}</style>'
        f"<h1>{escape(name)}</h1><p>{escape(made)}; {escape(versions)}</p>{''.join(parts)}</html>\n"
    )


def _part(key: str, rows: Rows) -> Iterator[str]:
    yield f"<h2>{escape(key.replace('_', ' '))}</h2>"
    yield _lines(rows) if "week" in rows[0] else _table(rows)


def _table(rows: Rows) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    numbers = {column: [abs(row[column]) for row in rows if _is_number(row.get(column))] for column in columns}
    most = {column: max(found, default=0) for column, found in numbers.items()}
    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(_cell(row.get(each, ''), most[each]) for each in columns)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object, most: float) -> str:
    if isinstance(value, bool):
        return f'<td class="{"met" if value else "missed"}">{"met" if value else "missed"}</td>'
    if isinstance(value, int | float):
        part = 100 * abs(value) / most if most else 0
        return f'<td class="number" style="--bar:{part:.0f}%">{value:.4g}</td>'
    return f"<td>{escape(str(value))}</td>"


def _lines(rows: Rows) -> str:
    """Lines over the weeks, in one frame from 0 to the largest value; each ends in its name."""
    names = [column for column in rows[0] if column != "week"]
    highest = max(row[name] for row in rows for name in names) or 1
    right, bottom = WIDTH - 150, HEIGHT - EDGE / 2
    across, up = (right - EDGE) / max(len(rows) - 1, 1), (bottom - 10) / highest
    frame = f'<line x1="{EDGE}" y1="{bottom}" x2="{right}" y2="{bottom}" stroke="#888"/>'
    frame += f'<text x="4" y="18">{highest:.3g}</text><text x="4" y="{bottom}">0</text>'
    frame += f'<text x="{EDGE}" y="{HEIGHT - 4}">weeks {rows[0]["week"]} to {rows[-1]["week"]}</text>'
    drawn = []
    for place, name in enumerate(names):
        colour = _COLOURS[place % len(_COLOURS)]
        points = " ".join(f"{EDGE + across * at:.1f},{bottom - up * row[name]:.1f}" for at, row in enumerate(rows))
        label = f'<text x="{right + 8}" y="{24 + 18 * place}" style="fill:{colour}">{escape(name)}</text>'
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>{label}')
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{frame}{"".join(drawn)}</svg>'


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
