"""HiGHS on one transportation problem, tuned: columns at once, one thread, no presolve. Prints JSON.

python highs_flow.py simplex|ipm book.npz

It is also timed on the values without their tie-break, and the faster counts.
"""

import json
import sys
import time
from collections.abc import Mapping

import highspy
import numpy as np
from numpy.typing import NDArray

TIE_BITS = 12
Book = Mapping[str, NDArray[np.int64]]


def main() -> None:
    """Solve, time and print."""
    solver, file = sys.argv[1:]
    book = np.load(file)
    seconds = []
    untied = {**book, "value": book["value"] >> TIE_BITS}
    for given in (untied, untied, book, book):
        model = highs(given, solver)
        started = time.perf_counter()
        model.run()
        seconds.append(time.perf_counter() - started)
    fills = np.rint(model.getSolution().col_value).astype(np.int64)
    total = sum(value * wh for value, wh in zip(book["value"].tolist(), fills.tolist(), strict=True))
    print(json.dumps({"seconds": min(seconds), "objective": total, "version": model.version()}))


def highs(book: Book, solver: str) -> highspy.Highs:
    """The linear program, not yet solved."""
    bids, offers, pairs = len(book["demand"]), len(book["supply"]), len(book["value"])
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = pairs, bids + offers
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = book["value"].astype(float)
    program.col_lower_, program.col_upper_ = np.zeros(pairs), np.full(pairs, highspy.kHighsInf)
    program.row_lower_ = np.full(bids + offers, -highspy.kHighsInf)
    program.row_upper_ = np.concatenate([book["demand"], book["supply"]]).astype(float)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(0, 2 * pairs + 1, 2)
    program.a_matrix_.index_ = np.column_stack([book["bid"], bids + book["offer"]]).ravel()
    program.a_matrix_.value_ = np.ones(2 * pairs)
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, setting in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("solver", solver)):
        model.setOptionValue(name, setting)
    model.passModel(program)
    return model


if __name__ == "__main__":
    main()
