"""`aip` in this process, with what it ended with."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from aipchain.cli.app import app
from aipchain.errors import AipchainError


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, standard output, and the sentence for the user if it failed."""

    code: int
    out: str
    sentence: str


@pytest.fixture
def aip() -> Callable[..., Ended]:
    """Run `aip` with arguments."""

    def run(*arguments: object, typed: str | None = None) -> Ended:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
        failure = result.exception
        if isinstance(failure, AipchainError):
            return Ended(failure.exit_code, result.stdout, str(failure))
        if failure is not None and not isinstance(failure, SystemExit):
            raise failure
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run
