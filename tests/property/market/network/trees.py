"""Feeders for properties: small trees with tight limits, in any arrangement."""

from hypothesis import strategies as st

from aipchain.market.network.feeder import ONE_PU2, Feeder, Line, NodeId, build_feeder


@st.composite
def small_feeders(draw: st.DrawFn) -> Feeder:
    """One to five lines from root 0, and a band on one side or both."""
    count = draw(st.integers(1, 5))
    lines = [
        Line(
            NodeId(draw(st.integers(0, node - 1))),
            NodeId(node),
            draw(st.integers(0, 2**20)),
            draw(st.integers(0, 2**20)),
            draw(st.integers(0, 40)),
        )
        for node in range(1, count + 1)
    ]
    reach = draw(st.integers(0, 2**38))
    return build_feeder(
        lines,
        root=NodeId(0),
        lowest=ONE_PU2 - reach,
        highest=ONE_PU2 + reach // 2,
        tan_phi={line.node: draw(st.sampled_from([0, 200, 500])) for line in lines},
    )
