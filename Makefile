# Two commands are enough: `make serve` and `make test`. The rest is for people who change Troth.

PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
  $(p) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $(p))) python3)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -q
WORKERS ?= 2
# each worker begins with whole files, whose servers and stores it sets up alone, and helps at the end
PARALLEL = -n $(WORKERS) --dist worksteal

# Some containers forbid it to spare disk; then every start of Troth, and there are hundreds in the
# tests, would compile Django and all else from source: two seconds instead of a half.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-dev serve test quick torture bench fmt check lock pictures

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

setup: ## build .venv with what `make serve` needs
	@$(PYTHON) tools/setup.py base

setup-test: ## the same, with PostgreSQL, a browser and the test tools
	@$(PYTHON) tools/setup.py test

setup-dev: ## the same, with linters, types and bench tools
	@$(PYTHON) tools/setup.py dev

serve: setup ## run Troth on the bundled policy and print its address; PORT=8001 for another
	@$(BIN)/troth serve $(if $(PORT),--port $(PORT))

quick: setup-test ## under half a minute: no browser, no PostgreSQL
	$(PYTEST) $(PARALLEL) -m "not browser and not postgres and not slow and not torture"

test: setup-test ## everything, on SQLite and on PostgreSQL
	TROTH_CASES=1000 $(PYTEST) $(PARALLEL)
	TROTH_TEST_DATABASE=postgres $(PYTEST) $(PARALLEL) --stored -m "not browser"

ROUNDS ?= 100
torture: setup-test ## long rounds; ROUNDS=10 for a short one
	TROTH_ROUNDS=$(ROUNDS) TROTH_CASES=$(shell echo $$(($(ROUNDS) * 100))) $(PYTEST) $(PARALLEL) -m torture
	TROTH_TEST_DATABASE=postgres TROTH_ROUNDS=$(ROUNDS) $(PYTEST) $(PARALLEL) -m torture --stored

bench: setup-dev ## measure, and write bench/RESULTS.md
	$(BIN)/python -m bench.run

fmt: setup-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only -q .

check: setup-dev ## lint, types, architecture, catalogues, lock files, built files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m troth.site.catalogues check
	$(PYTEST) tests/test_architecture.py tests/test_repository.py
	$(PYTHON) tools/lock.py --check

lock: setup-dev ## resolve the dependencies again
	$(PYTHON) tools/lock.py

pictures: setup-test ## draw the pictures of the documentation again
	$(BIN)/python -m tests.pages.pictures
