"""Measure what our calls cost, and write each pallet's weights.rs.

    python chain/build/weights.py            every pallet
    python chain/build/weights.py market     some pallets, by folder

Needs `frame-omni-bencher` 0.28 on PATH, or its file in `AIPCHAIN_OMNI_BENCHER`. The runtime is compiled to Wasm with
its benchmarks first. Times hold for the machine they are measured on: let nothing else run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from runtime import CHAIN, BuildError, compile_wasm, find_toolchain

PALLETS = (
    "communities",
    "metering",
    "energy",
    "market",
    "plugin_registry",
    "community_governance",
)
TEMPLATE = CHAIN / "build" / "weights.hbs"
DEEPER_STATE = 16
"""Proofs allow for maps so many times as large as in the benchmarks."""


def main(arguments: list[str]) -> int:
    """Compile and measure; 0 when it succeeded."""
    parser = argparse.ArgumentParser(prog="weights.py", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pallets", nargs="*", metavar="PALLET", help=", ".join(PALLETS))
    parser.add_argument("--runtime", type=Path, help="a Wasm with benchmarks, instead of compiling one")
    parser.add_argument("--steps", type=int, default=20, help="values measured of each parameter (20)")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each (5)")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.pallets) - set(PALLETS))
    if unknown:
        parser.error(f"no pallet {', '.join(unknown)}: choose from {', '.join(PALLETS)}")
    try:
        measure(options.pallets or PALLETS, options.runtime, options.steps, options.repeat)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def measure(pallets: list[str] | tuple[str, ...], runtime: Path | None, steps: int, repeat: int) -> None:
    """Write the weights of `pallets` from `runtime`, compiled here when there is none.

    :raises BuildError: the bencher is missing, or a benchmark failed.
    """
    bencher = find_bencher()
    with tempfile.TemporaryDirectory() as folder:
        if runtime is None:
            runtime = Path(folder) / "runtime.wasm"
            runtime.write_bytes(compile_wasm(find_toolchain(), "runtime-benchmarks"))
        for pallet in pallets:
            run_bencher(bencher, runtime, pallet, steps, repeat)


def find_bencher() -> str:
    """The bencher's file.

    :raises BuildError: it is nowhere.
    """
    bencher = os.environ.get("AIPCHAIN_OMNI_BENCHER") or shutil.which("frame-omni-bencher")
    if not bencher or not Path(bencher).exists():
        raise BuildError(
            "no frame-omni-bencher: run 'SKIP_WASM_BUILD=1 cargo install --locked frame-omni-bencher@0.28.0', "
            "or name its file in AIPCHAIN_OMNI_BENCHER"
        )
    return bencher


def run_bencher(bencher: str, runtime: Path, pallet: str, steps: int, repeat: int) -> None:
    """Measure every call of one pallet and write its weights.rs.

    :raises BuildError: a benchmark failed.
    """
    options = {
        "runtime": str(runtime),
        "genesis-builder": "runtime",
        "genesis-builder-preset": "development",
        "pallet": f"pallet_{pallet}",
        "extrinsic": "*",
        "steps": str(steps),
        "repeat": str(repeat),
        "min-duration": "0",
        "heap-pages": "4096",
        "default-pov-mode": "measured",
        "map-size": str(DEEPER_STATE),
        "additional-trie-layers": "0",
        "template": str(TEMPLATE),
        "output": str(CHAIN / "pallets" / pallet / "src" / "weights.rs"),
    }
    command = [bencher, "v1", "benchmark", "pallet", "--no-storage-info"]
    command += [f"--{name}={value}" for name, value in options.items()]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603
        raise BuildError(f"the benchmarks of {pallet} failed, see the messages above")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
