"""HiGHS over one book, tuned: the auction as a linear program of one row, columns at once, one thread, no presolve.

`simplex` or `ipm`. The price is the dual of the row that balances bids and offers.
"""

import sys
from collections.abc import Iterable, Sequence

import highspy
import numpy as np

from .lap import Fill, Order, run_lap

Solved = tuple[highspy.Highs, Sequence[Order]]


def main() -> None:
    """Race the method that is named."""
    run_lap("highspy", native, clear, fills)


def native(orders: Sequence[Order]) -> Solved:
    """Maximise value of bids less cost of offers; what is bought is sold."""
    count = len(orders)
    sign = np.array([-1.0 if order.is_offer else 1.0 for order in orders])
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = count, 1
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = sign * np.array([order.limit for order in orders])
    program.col_lower_, program.col_upper_ = np.zeros(count), np.array([float(order.wh) for order in orders])
    program.row_lower_ = program.row_upper_ = np.zeros(1)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(count + 1, dtype=np.int32)
    program.a_matrix_.index_ = np.zeros(count, dtype=np.int32)
    program.a_matrix_.value_ = sign
    model = highspy.Highs()  # type: ignore[no-untyped-call,unused-ignore]
    for name, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("solver", sys.argv[1])):
        model.setOptionValue(name, value)
    model.passModel(program)
    return model, orders


def clear(given: Solved) -> Solved:
    """Solve."""
    given[0].run()
    return given


def fills(result: Solved) -> Iterable[Fill]:
    """Columns to the nearest watt-hour."""
    model, orders = result
    found = model.getSolution()
    price = round(abs(found.row_dual[0]))
    for order, wh in zip(orders, found.col_value, strict=True):
        if round(wh):
            yield order.number, round(wh), price


if __name__ == "__main__":
    main()
