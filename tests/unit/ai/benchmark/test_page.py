"""A result as a page: every table, every goal, lines for weeks, and nothing that a browser would run."""

from aipchain.ai.benchmark.page import page

DOCUMENT = {
    "load": {"wql": 0.35},
    "load_models": [{"model": "blend <script>", "wql": 0.25}, {"model": "naive", "wql": 0.5}],
    "load_weeks": [{"week": 1, "blend": 0.3}, {"week": 2, "blend": 0.6}],
    "goals": [{"figure": "WQL", "goal": "<= 0.3", "measured": "0.35", "met": False}],
    "run": {
        "seed": 0,
        "executor": "in process",
        "cpu_s": 1.0,
        "processor": "a processor",
        "python": "3.11",
        "versions": {"numpy": "2"},
    },
}


def test_tables_have_bars_and_weeks_have_lines() -> None:
    """The longest bar is of the largest number; a missed goal says so."""
    drawn = page("cl22-wf", DOCUMENT)

    assert "--bar:50%" in drawn
    assert "--bar:100%" in drawn
    assert drawn.count("<polyline") == 1
    assert ">missed</td>" in drawn
    assert "numpy 2" in drawn


def test_names_are_shown_and_not_run() -> None:
    """A name with a tag stays a name."""
    drawn = page("cl22-wf", DOCUMENT)

    assert "<script>" not in drawn
    assert "blend &lt;script&gt;" in drawn
