"""Made-up payments: money that just suffices, accounts that close and open."""

from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import PEOPLE
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.balances import EXISTENTIAL_DEPOSIT, free
from aipchain.pallets_spec.types import U128_MAX

__all__ = ["transfer_allow_death", "transfer_keep_alive"]


def transfer_allow_death(player: Player) -> Do:
    """Somebody pays somebody, all it has now and then."""
    return _pays(player, "transfer_allow_death")


def transfer_keep_alive(player: Player) -> Do:
    """Somebody pays somebody and keeps the account open, or is refused."""
    return _pays(player, "transfer_keep_alive")


def _pays(player: Player, name: str) -> Do:
    payer, payee = player.anybody(), player.one_of((player.anybody(), PEOPLE[-1]))
    has, issued = free(player.world, payer), player.world.money.total_issuance
    ends = (
        0, 1, EXISTENTIAL_DEPOSIT - 1, EXISTENTIAL_DEPOSIT, has - EXISTENTIAL_DEPOSIT, has - EXISTENTIAL_DEPOSIT + 1,
        has - 1, has, has + 1, issued, issued + 1, U128_MAX,
    )  # fmt: skip
    value = player.bent(player.random.randint(10**9, 10**12), lambda: max(player.one_of(ends), 0))
    return player.does(payer, "Balances", name, dest=payee, value=value)
