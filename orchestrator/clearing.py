"""One rule, three users: what the operator submits, an auditor replays and a rehearsal tries is decided here.

Everything is read from the chain at one block; the plugins are the ones whose binding hashes the book carries.
"""

from dataclasses import dataclass, field

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.orchestrator.errors import NoBook, UnknownBinding
from aipchain.orchestrator.proofs import certificate_on_chain, terms_from_chain
from aipchain.plugins.bundle import id_from
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.errors import ConfigInvalid, PluginFailed, PluginInvalid
from aipchain.plugins.hookspecs import Slot as PluginSlot
from aipchain.plugins.manager import Activation, Rule
from aipchain.runtime_bridge import reads, types
from aipchain.runtime_bridge.bindings import trade_list_hash
from aipchain.runtime_bridge.commitments import commitment
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import Book, Certificate, CommunityId, Hash, Optimum, RuleSet, Trade
from aipchain.units import Interval

__all__ = ["UNUSABLE_RULE", "Decision", "RuleShelf", "decide", "open_orders"]

UNUSABLE_RULE = (PluginFailed, PluginInvalid, ConfigInvalid)
"""What a bundle at hand may be found out to be: voted in, and yet without an answer."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The trades of a book under its own rules, what proves them, and the hashes the chain will keep of both."""

    book: Book
    trades: tuple[Trade, ...]
    certificate: Certificate

    @property
    def result(self) -> Hash:
        """Hash of the trade list, as `IntervalCleared` reports it."""
        return trade_list_hash(self.trades)

    @property
    def commitment(self) -> Hash | None:
        """Root over the duals of the certificate, as `IntervalCleared` reports it; None where there are none."""
        return commitment(self.certificate.duals) if isinstance(self.certificate, Optimum) else None


@dataclass(frozen=True, slots=True)
class RuleShelf:
    """Loaded market rules by the binding hashes that name them; a hash names content, so a loaded rule stays."""

    catalogue: Catalogue
    _loaded: dict[RuleSet, Rule] = field(default_factory=dict)

    def rule(self, connection: Connection, rules: RuleSet, at: bytes | None = None) -> Rule:
        """Load the plugins that `rules` names on chain.

        :raises UnknownBinding: the chain has no such binding.
        :raises UnknownPlugin: the bundle is not at hand.
        """
        if rules not in self._loaded:
            price = _activation(connection, rules.price, PluginSlot.PRICE, at)
            clear = _activation(connection, rules.clear, PluginSlot.CLEAR, at)
            self._loaded[rules] = Rule.load(self.catalogue, price=price, clear=clear)
        return self._loaded[rules]


def decide(
    connection: Connection, shelf: RuleShelf, community: CommunityId, interval: Interval, at: bytes | None = None
) -> Decision:
    """Run the book's own rule on the book as it stands after block `at` (the newest when None).

    :raises NoBook: no order opened a book for that interval.
    :raises PluginFailed: a plugin gave no usable answer.
    :raises PluginInvalid, ConfigInvalid: a plugin cannot be loaded, or not with the voted settings.
    :raises UnknownPlugin: a bundle is not at hand.
    """
    book = reads.book(connection, community, interval.start, at=at)
    if book is None:
        raise NoBook(community, interval.start)
    posted = reads.reference_price(connection, community, interval.start, at=at)
    reference = None if posted is None else ReferencePrice(posted.retail, posted.feed_in)
    orders = open_orders(connection, community, interval, at)
    ruling = shelf.rule(connection, book.rules, at).run(interval=interval, reference=reference, orders=orders)
    trades = tuple(
        Trade(types.OrderNumber(each.bid), types.OrderNumber(each.offer), each.wh, each.price) for each in ruling.trades
    )
    return Decision(book, trades, certificate_on_chain(ruling.certificate))


def open_orders(
    connection: Connection, community: CommunityId, interval: Interval, at: bytes | None = None
) -> tuple[BookOrder, ...]:
    """Return the open orders of a book after block `at`, by number."""
    zones: dict[types.MeterId, int] = {}
    numbers = reads.book_orders(connection, community, interval.start, at=at)
    listed = ((number, reads.order(connection, number, at=at)) for number in numbers)
    return tuple(
        BookOrder(
            OrderNumber(number),
            AccountId(order.owner.hex()),
            MeterId(order.meter),
            Side.BID if order.side is types.Side.BID else Side.OFFER,
            order.wh,
            order.limit_price,
            _zone(connection, order.meter, zones, at),
        )
        for number, order in listed
        if order is not None and order.status is types.OrderStatus.OPEN
    )


def _zone(connection: Connection, meter: types.MeterId, known: dict[types.MeterId, int], at: bytes | None) -> int:
    """The zone of a meter, read once."""
    if meter not in known:
        found = reads.meter(connection, meter, at=at)
        known[meter] = 0 if found is None else found.zone
    return known[meter]


def _activation(connection: Connection, binding_hash: Hash, slot: PluginSlot, at: bytes | None) -> Activation:
    bound = reads.binding(connection, binding_hash, at=at)
    if bound is None:
        raise UnknownBinding(binding_hash)
    binding = bound.binding
    return Activation(slot, id_from(binding.bundle), binding.config, terms_from_chain(binding.terms))
