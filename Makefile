# Two commands are enough: `make run` and `make test`. Both do all the set-up themselves.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.installed

# Every process of the tests would compile everything again where the environment says to keep no bytecode.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run pictures test lint format rewritten unit bench clean

help: ## list every target
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 12

# The tests import a third of what is installed; that is compiled when it is imported, beside the linters.
$(SETUP): setup.cfg pyproject.toml client_sdk/pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[test,examples]' -e ./client_sdk
	@$(BIN)/licence-server kit encoder || echo 'Sticks built here will not offer to report by phone, until that is done.'
	@$(BIN)/licence-server assets || echo 'The console will work without its style and script, until that is done.'
	@touch $@

setup: $(SETUP) ## install into .venv and nothing else; .venv/bin/licence-server is then the command

run: $(SETUP) ## start the server on the embedded default, with a demonstration trial on first use
	@$(BIN)/python -m examples.run

pictures: $(SETUP) ## photograph the console with the demonstration in it, for the documentation; needs Chromium
	$(BIN)/python -m examples.pictures

test: $(SETUP) ## every check and every test
	@$(MAKE) --no-print-directory --jobs 2 lint rewritten
	@$(MAKE) --no-print-directory unit

lint: $(SETUP) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

# Pytest rewrites every assert of a test that it sees for the first time; four processes that begin together would each
# do all of them, and slower, being measured. What is wrong with a test they tell, not this.
rewritten: $(SETUP)
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 || true

unit: $(SETUP) ## every test, four at a time since many wait, with branch coverage
	$(BIN)/python -m pytest -n 4 --dist worksteal --cov --cov-report=term

format: $(SETUP) ## put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(SETUP) ## measure beside something bare and print the table; BENCH='--only activations' narrows it
	$(BIN)/python -m benchmarks $(BENCH)

clean: ## remove what the set-up and the tests made; keeps var/, where the data is
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* *.egg-info client_sdk/*.egg-info
