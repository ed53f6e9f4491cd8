"""The table of methods: names and aliases, parameters, and the function that answers.

A method answers from the node; a subscription also gets the session's `Subscriptions` and answers with its id.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from aipchain.chain.rpc.parameters import Parameters, Reader

__all__ = ["Method", "MethodTable"]

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Method:
    """One method; `subscribes` tells which first argument `answer` takes."""

    answer: Callable[..., object]
    parameters: Parameters
    subscribes: bool


class MethodTable(Mapping[str, Method]):
    """Methods by name; an alias is another name for the same method."""

    def __init__(self, *tables: Mapping[str, Method]) -> None:
        self._methods: dict[str, Method] = {}
        for table in tables:
            for name, method in table.items():
                self._add(name, method)

    def __getitem__(self, name: str) -> Method:
        return self._methods[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._methods)

    def __len__(self) -> int:
        return len(self._methods)

    def method(self, *names: str, **parameters: Reader) -> Callable[[Function], Function]:
        """Register a function of the node under `names`, its keyword arguments read by `parameters`."""
        return self._registering(names, parameters, subscribes=False)

    def subscription(self, *names: str, **parameters: Reader) -> Callable[[Function], Function]:
        """Register a function of the session's subscriptions under `names`."""
        return self._registering(names, parameters, subscribes=True)

    def _registering(
        self, names: tuple[str, ...], parameters: Mapping[str, Reader], *, subscribes: bool
    ) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            for name in names:
                self._add(name, Method(function, Parameters(parameters), subscribes))
            return function

        return register

    def _add(self, name: str, method: Method) -> None:
        if name in self._methods:
            raise ValueError(f"two methods are called {name}")
        self._methods[name] = method
