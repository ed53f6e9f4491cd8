"""Settings tried before anybody votes on them: can the plugin read them at all?

A manifest can bound a number; what a text means only the plugin knows. So it is asked about an empty book, which every
rule can decide, with these settings.
"""

from aipchain.errors import InputError
from aipchain.market.book import MAX_TRADES, ReferencePrice
from aipchain.market.terms import PLAIN_TERMS, Terms
from aipchain.plugins.bundle import Bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.errors import ConfigInvalid, PluginFailed
from aipchain.plugins.hookspecs import ClearInputs, PriceInputs, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear, ask_price
from aipchain.units import Interval, Price, UnixSeconds

__all__ = ["try_settings"]

_HOUR = Interval(UnixSeconds(0), 3_600)
_REFERENCE = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000))


def try_settings(bundle: Bundle, slot: Slot, config: bytes) -> None:
    """Ask the plugin about an empty book.

    :raises PluginInvalid: it cannot be loaded.
    :raises ConfigInvalid: it cannot work with the settings; says what the plugin says.
    """
    terms = Terms(bundle.manifest.proof.proof) if slot is Slot.CLEAR else PLAIN_TERMS
    plugin = LoadedPlugin.load(Catalogue((bundle,)), Activation(slot, bundle.id, config, terms))
    try:
        if slot is Slot.PRICE:
            ask_price(plugin, PriceInputs(_HOUR, _REFERENCE, (), plugin.config))
        else:
            price = Price((_REFERENCE.retail + _REFERENCE.feed_in) // 2)
            ask_clear(plugin, ClearInputs(_HOUR, _REFERENCE, (), price, MAX_TRADES, plugin.config, terms))
    except PluginFailed as failure:
        cause = failure.__cause__
        raise ConfigInvalid(bundle.label, str(cause if isinstance(cause, InputError) else failure)) from failure
