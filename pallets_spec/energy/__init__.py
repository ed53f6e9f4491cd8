"""Energy: verified production becomes lots of energy tokens (EAAT; 1 kWh = 1 EAAT = 1,000 Wh).

A *lot* is a range of watt-hours of one meter's export register in one interval: the range from `first_wh`, `wh` long.
Ranges never overlap, so a watt-hour exists once. A final reading is *minted* once: by the settlement of its interval,
which holds what was sold and moves it to the buyers, or by anyone when no settlement is awaited. Lots are moved by
settlement only. Their owner *retires* energy to claim it for good.

While its interval is settled, a mint looks like this, from its first watt-hour to its last::

    [moved to buyers, free][held for the next buyers][rest, free]
"""

from aipchain.pallets_spec.energy.calls import mint, retire
from aipchain.pallets_spec.energy.events import EnergyEvent, Minted, Moved, Retired
from aipchain.pallets_spec.energy.invariants import invariants
from aipchain.pallets_spec.energy.ledger import free_held, mint_and_hold, move_held
from aipchain.pallets_spec.energy.state import MAX_METERS, EnergyState, EnergySums, Lot, LotState, Mint

__all__ = [
    "MAX_METERS",
    "EnergyEvent",
    "EnergyState",
    "EnergySums",
    "Lot",
    "LotState",
    "Mint",
    "Minted",
    "Moved",
    "Retired",
    "free_held",
    "invariants",
    "mint",
    "mint_and_hold",
    "move_held",
    "retire",
]
