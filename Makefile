# AIPCHAIN: `make demo` trades a week, `make test` runs every Python test; both set up what they need.
# `make check-runtime` rebuilds the runtime from source and runs every Rust test: vectors, limits, random input.
PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

.PHONY: help setup setup-dev demo test lint spec-release vectors runtime check-runtime fuzz-runtime bench bench-market bench-ai mutants clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

setup: $(UV) ## a virtual environment with what the product needs
	$(UV) sync --quiet --locked --no-default-groups --inexact --python-preference only-system

setup-dev: $(UV) ## the same, with test and lint tools
	$(UV) sync --quiet --locked --inexact --python-preference only-system

demo: setup ## found a community of 17 real homes and trade a week
	$(BIN)/aip demo

test: setup-dev lint ## lint, types, layers and all Python tests (the stock node's when it is found)
	$(BIN)/pytest -q -n 2 --dist loadfile

lint: setup-dev ## style, types and room order
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

vectors: setup-dev ## write pallets_spec/vectors anew, from the tests of the specification
	$(BIN)/pytest -q tests/spec --ignore=tests/spec/differential --ignore=tests/spec/vectors --write-vectors --only-these-vectors

runtime: setup ## compile the runtime and write chain/artifacts (needs Rust; chain/build/toolchain.sh installs it)
	bash chain/build/toolchain.sh
	$(BIN)/python chain/build/runtime.py build

check-runtime: setup-dev ## rebuild the runtime from source, compare it with the artifact, run the Rust tests
	bash chain/build/toolchain.sh
	$(BIN)/python chain/build/runtime.py check

fuzz-runtime: setup ## random input at the runtime, each pallet's own check after every block: BLOCKS=2000 SEED=1
	bash chain/build/toolchain.sh
	AIPCHAIN_FUZZ_BLOCKS=$(or $(BLOCKS),2000) AIPCHAIN_FUZZ_SEED=$(or $(SEED),1) $(BIN)/python chain/build/runtime.py fuzz

mutants: setup-dev ## change the specification in every small way and see that the differential suite tells
	$(BIN)/python tests/mutation/measure.py

spec-release: setup ## 10,000 sequences about each pallet on all cores, into pallets_spec/release.json; goes on where it was ended
	$(BIN)/aip spec fuzz --sequences 10000 --steps 12 --seed 1 --result pallets_spec/release.json

bench: setup-dev ## print the figures of docs/benchmarks.md; tests/bench/follow.py and pov.py print its other figures
	$(BIN)/python tests/bench/figures.py

bench-market: setup-dev ## ours against other matchers and solvers, each in an environment of its own; docs/market-benchmarks.md
	cd tests/bench && ../../$(BIN)/python -m market.run --result market/result.json --page ../../docs/market-benchmarks.md

bench-ai: setup-dev ## forecasts of others on the same days, in an environment of their own; docs/ai.md
	cd tests/bench && ../../$(BIN)/python -m ai.peers

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
