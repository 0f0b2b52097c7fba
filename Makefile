# Every target prepares what it needs; Python 3.11 or later and PyPI are the minimum.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-broken test check format bench docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Prepare .venv once

$(VENV)/.ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Dovetail needs Python 3.11 or later with venv; set PYTHON=/path/to/python3"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## Start the example shop on real servers, run its checks, write reports, tear down
	@cd examples/shop && ../../$(BIN)/dovetail run --report-format html,json,junit

demo-broken: setup ## The same with one service deliberately broken: what a good failure looks like
	@cd examples/shop && SHOP_BROKEN=1 ../../$(BIN)/dovetail run --report-format html,json,junit; \
	code=$$?; test $$code -eq 1 || { echo "expected exit code 1 (failed checks), got $$code"; exit 1; }

test: setup ## Run all tests
	@$(BIN)/python -m pytest -n $(JOBS) -q

check: setup ## Run every gate: format, lint, types, house
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/house

format: setup ## Lay the code out
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup ## Measure what must be fast against its peers, as ratios in one run
	@$(BIN)/python -m bench.run

clean: setup ## Remove what interrupted runs left behind
	@$(BIN)/dovetail clean

docs: setup ## Write the reference's tables anew
	@$(BIN)/python docs/write_reference.py
