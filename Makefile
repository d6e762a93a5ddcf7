# Everything one does with this repository; `make` alone lists it. CI runs the same commands.
# `make demo` and `make test` set up what they need, once: a virtual environment in .venv, filled by pip with
# the versions in constraints.txt. Another Python: `make test PYTHON=python3.12`.

PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet -c constraints.txt
# More than there are cores, for tests wait: for a browser, a server, an engine of their own. What a file sets up is made once.
SIDE_BY_SIDE := --numprocesses 4 --dist loadfile
SOUND := examples/sounds/tabla_tun1.flac

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all check fix docs bench bench-table lock clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

demo: .venv/base.stamp ## match a bundled sound to out/demo, from nothing but Python: half a minute once set up
	$(BIN)/patchpilot match $(SOUND) --out out/demo --force

# Threads that wait for one another are slow where workers share the cores.
test test-all: export OMP_NUM_THREADS := 1

test: .venv/dev.stamp ## the tests, without the slow ones
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE)

test-all: .venv/dev.stamp ## all tests
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: .venv/dev.stamp ## format, lint, types, and whether generated pages are as committed; changes nothing
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python tools/cli_docs.py --check
	$(BIN)/python tools/vendor.py --check
	$(BIN)/python benchmarks/match.py --readme --check

fix: .venv/dev.stamp ## format, and mend what the linter can mend
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

docs: .venv/dev.stamp ## write the generated pages: docs/cli.md
	$(BIN)/python tools/cli_docs.py

bench: .venv/base.stamp ## the programs that the numbers in README and docs come from: hours; goes on where it was stopped
	$(BIN)/python benchmarks/match.py
	$(BIN)/python benchmarks/ranking.py
	$(BIN)/python benchmarks/ranking.py --held-out
	$(BIN)/python benchmarks/library_size.py
	$(BIN)/python benchmarks/throughput.py

bench-table: .venv/base.stamp ## write README's table of matches from what was measured
	$(BIN)/python benchmarks/match.py --readme

lock: .venv/python.stamp ## write constraints.txt anew; `make lock UPGRADE=--upgrade` for the newest versions
	$(BIN)/python tools/lock.py $(UPGRADE)

clean: ## remove the virtual environment and what the demo wrote
	rm -rf .venv out

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Patch Pilot needs Python 3.11 or newer, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Install one (python.org, or your system's package), or name it: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; \
	  exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/base.stamp: .venv/python.stamp pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

# What holds the tests holds the demo too.
.venv/dev.stamp: .venv/python.stamp pyproject.toml constraints.txt
	$(PIP) -e '.[dev]'
	@touch .venv/base.stamp $@
