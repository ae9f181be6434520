# Every target does its own set-up: nothing but Python >= 3.11 and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
export TOCSIN_NAMES ?= $(CURDIR)/var/names
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test bench chaos soak lint format lock up down clean

help:
	@echo "make demo    show Tocsin at work (ARGS=\"--once --json\" for scripts)"
	@echo "make test    run all tests; says which real parts it did without"
	@echo "make lint    style, types and import walls"
	@echo "make bench   measure, in ratios"
	@echo "make chaos   kill services, broker and Redis while articles flow, and count (ARGS=--json)"
	@echo "make soak    full rate for minutes; what grows (ARGS=\"--minutes 10\")"
	@echo "make up      run everything on this machine; make down stops it"
	@echo "make setup   only install; make lock pins anew"

setup: $(STAMP)

$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python >= 3.11 is needed; name one with: make PYTHON=/path/to/python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing (once)" >&2
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt >&2
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $(STAMP)

demo: setup
	@$(BIN)/tocsin demo $(ARGS)

test: setup
	@$(BIN)/python -m pytest $(ARGS)

bench: $(VENV)/.rivals
	@$(BIN)/python -m tests.bench $(ARGS)

$(VENV)/.rivals: $(STAMP) tests/bench/requirements.txt
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement tests/bench/requirements.txt >&2
	@touch $@

chaos: setup
	@$(BIN)/python -m tests.chaos $(ARGS)

soak: setup
	@$(BIN)/python -m tests.chaos.soak $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	sh deploy/lock.sh

up: setup
	@mkdir -p var && echo $$$$ > var/up.pid && exec $(BIN)/tocsin up $(ARGS)

down:
	@if test -f var/up.pid && kill -TERM "$$(cat var/up.pid)" 2>/dev/null; then echo "stopping"; else echo "nothing runs here"; fi; rm -f var/up.pid

clean:
	rm -rf $(VENV) var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
