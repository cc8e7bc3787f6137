# Needs Python 3.11 to 3.13 and GNU make, nothing else. `make` alone prints what there is.

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak serve browser screenshots bench bench-runs bench-invoices bench-generic bench-faults bench-cleaning bench-pages bench-evidence bench-matching bench-salesforce generate lint clean FORCE

# The first Python that is new enough and can make a virtual environment; PYTHON=... overrides.
NEW := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import venv, ensurepip; $(NEW)' 2>/dev/null && { echo $$p; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

help: ## print this
	@echo "make <target>, where <target> is one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1@\2/p' $(MAKEFILE_LIST) | while IFS=@ read -r name what; do printf '%-14s%s\n' "$$name" "$$what"; done

setup: $(READY) ## create .venv and install the pinned packages into it

demo: setup ## import the shipped samples end to end and print the import logs
	$(BIN)/workbench demo

# Side by side, each with a database server of its own; more than four would wait for the disk.
test: setup browser ## run every test
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# SOAK="--kills 1000 --rows 0" says how much of each.
soak: setup ## run what takes minutes: kills at random moments, thousands of texts, millions of rows
	$(BIN)/python -m tests.soak $(SOAK)

serve: setup ## open the pages
	$(BIN)/workbench serve

# The tests and the pictures drive a real one: as root on Debian and Ubuntu its package is installed, else Playwright's own.
browser: setup ## see that there is a Chromium or Chrome
	@$(BIN)/python -m tests.browser.chromium

screenshots: setup browser ## take a picture of every page
	$(BIN)/python -m tests.screenshots

bench: setup ## measure a million rows against the bare database
	$(BIN)/python -m tests.bench.million

bench-runs: setup ## measure a million learners with their courses, one run, against bare loads
	$(BIN)/python -m tests.bench.learners

bench-invoices: setup ## measure a million invoice lines, one run, against bare loads
	$(BIN)/python -m tests.bench.invoices

bench-generic: setup ## measure a million users and two million associations in one ZIP against a sheet of students
	$(BIN)/python -m tests.bench.generic_csv

bench-faults: setup ## say what becomes of thousands of files that each have one fault
	$(BIN)/python -m tests.bench.faults

bench-cleaning: setup ## measure the operations and facets of cleaning with a million rows
	$(BIN)/python -m tests.bench.cleaning

bench-matching: setup ## measure how people of two lists are matched, 50,000 each
	$(BIN)/python -m tests.bench.matching

bench-salesforce: setup ## measure a million contacts, 160,000 students and 20,180 participations from a Salesforce on this machine
	$(BIN)/python -m tests.bench.salesforce
	$(BIN)/python -m tests.bench.salesforce_students
	$(BIN)/python -m tests.bench.salesforce_participations

bench-evidence: setup ## measure signing a million rows, verifying that and writing their evidence
	$(BIN)/python -m tests.bench.evidence

bench-pages: setup browser ## measure the pages with a million rows in a real browser
	$(BIN)/python -m tests.bench.pages

generate: setup ## rewrite the generated files from the contracts
	$(BIN)/python -m workbench.derived.generate

lint: setup ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean: ## remove the virtual environment and what builds and tools left behind; your data stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python has gone is made anew.
$(READY): pyproject.toml setup.py constraints.txt $(if $(shell { $(BIN)/python -c 'import pip' && echo fine; } 2>/dev/null),,FORCE)
	@[ -n "$(PYTHON)" ] || { echo "Workbench needs Python 3.11, 3.12 or 3.13 with its venv module (on Debian and Ubuntu: the package python3-venv). Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	@{ $(PYTHON) -c '$(NEW)'; } 2>/dev/null || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13, which Workbench needs." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module, which Workbench needs (on Debian and Ubuntu: install the package python3-venv)." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); this takes a minute or two the first time."
	@{ $(BIN)/python -c 'import pip'; } 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) pip setuptools
	@PYTHONWARNINGS=ignore $(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@
