"""What every corner needs: a town of its own, and short words for what is done there."""

from dataclasses import dataclass, field
from random import Random

from aipchain.orchestrator.twin.campaign import Tally
from aipchain.orchestrator.twin.compare import Twin
from aipchain.orchestrator.twin.moves.metering import signed
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import BUNDLES, DEVICES, HOUR, START, TOWN, account
from aipchain.orchestrator.twin.steps import Do, Moment
from aipchain.pallets_spec.community_governance.proposals import head_of
from aipchain.pallets_spec.errors import SpecError
from aipchain.pallets_spec.proofs import Nothing
from aipchain.pallets_spec.types import (
    PLAIN_TERMS,
    Binding,
    Change,
    MeterId,
    NewOrder,
    OrderNumber,
    PluginChange,
    ProposalId,
    Side,
    SignedReading,
    Slot,
    Source,
    Trade,
)
from aipchain.units import Price, UnixSeconds, Wh

__all__ = [
    "ADAS",
    "BENS",
    "BOOK",
    "CLEOS",
    "NEXT_BOOK",
    "POORS",
    "Corner",
    "advance",
    "bid",
    "cleared",
    "enact",
    "enrol",
    "handle",
    "mint",
    "offer",
    "propose",
    "read",
    "trade",
    "vote",
]

BOOK = (TOWN, UnixSeconds(START + 2 * HOUR))
"""The book that corners are about: of the first interval that meters are read for."""
NEXT_BOOK = (TOWN, UnixSeconds(START + 3 * HOUR))
ADAS, BENS, CLEOS, POORS = (MeterId(number) for number in (0, 1, 3, 4))
"""Somebody's meter."""


@dataclass
class Corner:
    """A town of its own, and short words for what is done there."""

    twin: Twin
    tally: Tally = field(default_factory=Tally)

    def fork(self) -> "Corner":
        """The same corner once more, to go its own way; what is done there is counted here."""
        return Corner(self.twin.fork(), self.tally)

    def does(self, who: str, pallet: str, call: str, /, **arguments: object) -> SpecError | None:
        """A call by somebody."""
        return self.takes(Do(account(who), pallet, call, arguments))

    def takes(self, step: Do) -> SpecError | None:
        """A call, counted with its outcome."""
        refusal = self.twin.take(step)
        self.tally.count(step, refusal, self.twin.world)
        return refusal

    def at(self, second: int) -> None:
        """Let it be that time [s]."""
        self.twin.take(Moment(UnixSeconds(second)))

    def places(self, who: str, *orders: NewOrder, book: tuple[int, UnixSeconds] = BOOK) -> SpecError | None:
        """Somebody places orders."""
        return self.does(who, "Market", "place_orders", community=book[0], interval_start=book[1], orders=orders)

    def clears(self, *trades: Trade) -> SpecError | None:
        """The operator submits trades of the book."""
        rules = self.twin.world.market.books[BOOK].rules
        arguments = {"community": BOOK[0], "interval_start": BOOK[1], "rules": rules, "trades": trades}
        return self.does("operator", "Market", "submit_clearing", **arguments, certificate=Nothing())


def cleared(corner: Corner) -> None:
    """A cleared book on its last step: ada and cleo bought ten watt-hours each of ben, and cleo took none."""
    corner.places("ada", bid(1))
    corner.places("cleo", bid(1, meter=CLEOS))
    corner.places("ben", offer(1, 30, 50))
    corner.places("ada", bid(2))
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    corner.clears(trade(0, 2), trade(3, 2), trade(1, 2))
    read(corner, BENS, import_wh=1_000, export_wh=530)
    read(corner, ADAS, import_wh=1_020, export_wh=500)
    corner.at(BOOK[1] + 2 * HOUR)


def handle(corner: Corner, call: str) -> None:
    """Ada settles or voids the book, ten trades and orders at once."""
    corner.does("ada", "Market", call, community=BOOK[0], interval_start=BOOK[1], limit=10)


def bid(number: int, wh: int = 10, price: int = 100, meter: MeterId = ADAS) -> NewOrder:
    """A bid of ada's."""
    return NewOrder(number, meter, Side.BID, Wh(wh), Price(price))


def offer(number: int, wh: int = 10, price: int = 50, meter: MeterId = BENS) -> NewOrder:
    """An offer of ben's."""
    return NewOrder(number, meter, Side.OFFER, Wh(wh), Price(price))


def trade(bid: int, offer: int, wh: int = 10, price: int = 75) -> Trade:
    """A trade of two orders by their numbers."""
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


def enrol(corner: Corner, owner: str, steward: str = "steward", community: int = TOWN) -> None:
    """A steward enrols a meter of somebody, in the first zone."""
    arguments = {
        "community": community,
        "owner": account(owner),
        "device_key": DEVICES[0].public,
        "zone": 0,
        "source": Source.WIND,
        "connection_limit_w": 10,
        "import_register_wh": 0,
        "export_register_wh": 0,
        "reads_from": START,
    }
    corner.does(steward, "Metering", "enrol_meter", **arguments)


def propose(corner: Corner) -> None:
    """Ada proposes another price model."""
    slot = corner.twin.world.plugin_registry.slots[TOWN, Slot.PRICE]
    change = PluginChange(Slot.PRICE, Binding(BUNDLES[1], b"{}", b"", PLAIN_TERMS, None))
    corner.does("ada", "CommunityGovernance", "propose", community=TOWN, change=change, predecessor=slot.head)


def enact(corner: Corner, change: Change) -> None:
    """A vote from the proposal to its enactment, beginning now."""
    world = corner.twin.world
    arguments = {"community": TOWN, "change": change, "predecessor": head_of(world, TOWN, change)}
    corner.does("ada", "CommunityGovernance", "propose", **arguments)
    proposal = world.community_governance.next_proposal_id - 1
    settings = world.community_governance.proposals[ProposalId(proposal)].settings
    corner.at(world.now + settings.notice_s)
    vote(corner, proposal, ada=True, ben=True, cleo=True)
    for wait_s in (settings.confirm_s, settings.timelock_s):
        corner.at(world.now + wait_s)
        advance(corner, proposal)


def vote(corner: Corner, proposal: int, **votes: bool) -> None:
    """Votes on a proposal, by name."""
    binding_hash = corner.twin.world.community_governance.proposals[ProposalId(proposal)].binding_hash
    for who, aye in votes.items():
        arguments = {"proposal": proposal, "binding_hash": binding_hash, "aye": aye}
        corner.does(who, "CommunityGovernance", "vote", **arguments)


def advance(corner: Corner, *proposals: int) -> None:
    """Somebody takes the steps of proposals."""
    for proposal in proposals:
        corner.does("stranger", "CommunityGovernance", "advance", proposal=proposal)


def read(corner: Corner, meter: MeterId, *, import_wh: int, export_wh: int) -> None:
    """The registers of a meter after the interval of the book, taken in time, and final in the end."""
    corner.at(max(BOOK[1] + HOUR, corner.twin.world.now))
    player = Player(corner.twin.world, Random(1))  # noqa: S311 - not for secrets
    unsigned = SignedReading(meter, Wh(import_wh), Wh(export_wh), bytes(64))
    arguments = {
        "community": TOWN,
        "interval_start": BOOK[1],
        "batch_id": DEVICES[meter].public,
        "readings": [signed(player, TOWN, BOOK[1], unsigned)],
    }
    corner.does("gateway", "Metering", "submit_batch", **arguments)


def mint(corner: Corner) -> None:
    """Somebody mints ben's reading, twice in one call."""
    corner.at(BOOK[1] + 2 * HOUR)
    corner.does("cleo", "Energy", "mint", community=TOWN, interval_start=BOOK[1], meters=[BENS, BENS])
