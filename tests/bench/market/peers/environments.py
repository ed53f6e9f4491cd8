"""An environment for each matcher, beside the project's own: made once, in the user's cache, from hashed requirements.

Nothing of them is in the project's lock. An environment is named by what its requirements hold, so a change of a
requirement makes a new one. Interpreters are looked for on PATH and among those of pyenv; uv fetches one that
is missing.
"""

import os
import shutil
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Final

import platformdirs

__all__ = ["PYTHON", "NotBuilt", "interpreter_of", "peer_variables"]

PYTHON: Final = "3.11"
"""The last CPython that pandas 1.5, which pymarket needs, has wheels for."""
REQUIREMENTS: Final = Path(__file__).parent / "requirements"
SOURCES: Final = Path(__file__).parents[4] / "src"


class NotBuilt(RuntimeError):
    """An environment could not be made; says what uv said."""


def interpreter_of(requirements: str, python: str = PYTHON) -> Path:
    """The interpreter of the environment for `requirements`, which is made if it is not there.

    :raises NotBuilt: no such interpreter, or a package could not be had.
    """
    wanted = REQUIREMENTS / f"{requirements}.txt"
    digest = blake2b(wanted.read_bytes(), digest_size=6).hexdigest()
    home = Path(platformdirs.user_cache_dir("aipchain")) / "peers" / f"{requirements}-{python}-{digest}"
    interpreter = home / "bin" / "python"
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        _uv("venv", "--python", python, str(home))
        _uv("pip", "sync", "--python", str(interpreter), "--require-hashes", str(wanted))
        (home / "complete").touch()
    return interpreter


def peer_variables() -> dict[str, str]:
    """The environment variables of a peer's process: one thread, our sources, no warnings on standard error."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": str(SOURCES), "PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"}


def _uv(*arguments: str) -> None:
    beside = Path(sys.executable).parent / "uv"
    command = [str(beside) if beside.exists() else "uv", *arguments]
    of_pyenv = [str(folder) for folder in sorted(Path.home().glob(".pyenv/versions/*/bin"))]
    path = os.pathsep.join([*of_pyenv, os.environ.get("PATH", "")])
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
    if done.returncode:
        raise NotBuilt(f"uv {' '.join(arguments)}: {done.stderr.strip().splitlines()[-1]}")
