"""What a test of the specification does, kept as the steps of a vector.

A call is recorded as it is made. What a test does to the world without a call (another time, money out of nothing, a
counter at its end) is found by comparing the world with the one that the recorded steps lead to, right before the next
call; so a test says nothing about vectors, and no step can be forgotten.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.steps import CHAPTERS, Do, Fund, Moment, Plant, VectorStep, from_json, to_json
from aipchain.orchestrator.twin.storage import snake
from aipchain.orchestrator.twin.vectors import Vector, after_steps, empty_world, holds_of, written
from aipchain.pallets_spec.origin import Origin
from aipchain.pallets_spec.world import World
from aipchain.runtime_bridge.keys import verify_device_signature


@dataclass
class Recorder:
    """The steps of one test so far, and where its fixtures ended."""

    reached: World = field(default_factory=empty_world)
    """The world that the recorded steps lead to."""
    ground: World = field(default_factory=empty_world)
    """The world that `steps` begin in."""
    after: str | None = None
    """The file of the vector that leads there."""
    steps: list[VectorStep] = field(default_factory=list)
    """What was done since."""
    is_kept: bool = False
    """Whether the steps are a vector even without a call."""

    def before_call(self, world: World) -> None:
        """Record how the world became what it is without a call."""
        self.steps += _bridge(self.reached, world)
        self.reached = world.copy()

    def called(self, origin: Origin, call: Callable[..., None], arguments: Mapping[str, object], world: World) -> None:
        """Record a call that was just made; what is no call of a pallet is a test's own and is left out."""
        named = _named(call)
        if named is not None:
            made = from_json(to_json(Do(origin, *named, arguments)))  # as an implementer will read it
            self.steps.append(made)
            self.reached = world.copy()

    def keep(self, world: World) -> None:
        """Let the vector end in this world, though no call leads there."""
        self.before_call(world)
        self.is_kept = True

    @property
    def is_vector(self) -> bool:
        """Whether somebody made a call since the ground, or the world is to be kept as it is."""
        return self.is_kept or any(isinstance(step, Do) for step in self.steps)

    def text(self, program: Program, name: str) -> str:
        """The steps as a vector file.

        :raises AssertionError: they do not lead where the test went, so a step is missing.
        """
        vector = Vector(name, tuple(self.steps), self.after)
        assert _state(after_steps(vector.steps, self.ground)) == _state(self.reached)
        return written(program, vector, self.ground)

    def go_on_from(self, file: str) -> None:
        """What was done so far is in that file; others go on from there."""
        self.ground, self.after, self.steps = self.reached.copy(), file, []


def _state(world: World) -> World:
    return replace(world, verify=verify_device_signature, events=[])


def _named(call: Callable[..., None]) -> tuple[str, str] | None:
    name = getattr(call, "__name__", "")
    return next(((pallet, name) for pallet, chapter in CHAPTERS.items() if getattr(chapter, name, None) is call), None)


def _bridge(old: World, new: World) -> Iterator[VectorStep]:
    if old.now != new.now:
        yield Moment(new.now)
    for who in {**old.money.accounts, **new.money.accounts}:
        has = (new.money.accounts.get(who), holds_of(new.money, who))
        if has != (old.money.accounts.get(who), holds_of(old.money, who)):
            yield Fund(who, *has)
    for pallet in CHAPTERS:
        if pallet != "Balances":
            yield from _planted(pallet, getattr(old, snake(pallet)), getattr(new, snake(pallet)))


def _planted(pallet: str, old: object, new: object) -> Iterator[Plant]:
    for each in fields(new):  # type: ignore[arg-type]
        item = each.name.title().replace("_", "")
        before, after = getattr(old, each.name), getattr(new, each.name)
        if not isinstance(after, dict):
            before, after = {(): before}, {(): after}
        for key in {**before, **after}:
            if before.get(key) != after.get(key):
                yield Plant(pallet, item, key, after.get(key))
