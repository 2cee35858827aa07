# Testwright. `make run` and `make test` are all a newcomer needs; both install what they need into this folder.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WEB_SOURCES := $(shell find react/src web/src -type f 2>/dev/null) $(wildcard web/index.html web/vite.config.* react/package.json web/package.json)

.DEFAULT_GOAL := help
.PHONY: help install run dev test check format lint types bench soak attacks fuzz audit sbom screenshots docs lock clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(BIN)/testwright testwright/web_build/index.html ## Make .venv with its testwright command, and build the page

run: install ## Start the service and generate tests for a bundled example, live in this terminal
	$(BIN)/testwright up --example examples/invoicing

dev: install ## Start the service, and the page with hot reloading on port 3001
	$(BIN)/testwright up & npm run dev --workspace web; kill %1

test: install ## Run all tests: service, hook and page
	$(BIN)/python -m pytest -q
	npm test --silent

check: install lint types test ## Everything that must hold before a push: format, lint, types, import rules, tests

format: install ## Rewrite the code in the house format
	$(BIN)/ruff check --fix -q . && $(BIN)/ruff format -q .
	npm run format --silent

lint: install ## Check format, lint and import rules
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/lint-imports
	npm run lint --silent

types: install ## Check types, Python and TypeScript
	$(BIN)/mypy
	npm run types --silent

bench: install ## Measure what bench/README.md says, and print it
	$(BIN)/python bench

soak: install ## Kill the service a thousand times, then keep it at work for an hour (SECONDS=3600) and see whether it grows
	$(BIN)/python -m tests.fakes.kill_loop --kills 1000 --points
	$(BIN)/python bench/durable --soak $(or $(SECONDS),3600)

attacks: install ## Attack every tier of the sandbox that runs here, and write the table of docs/sandbox.md
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/escape/test_escape_attempts.py --attack-table docs/sandbox.md

fuzz: install ## Feed the readers of answers, reports, zips, paths and patches with what breaks readers (SECONDS=180)
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),180)

audit: install ## Ask for known holes in what is locked; says so where nobody can be asked
	$(BIN)/python .ci/audit.py

sbom: install ## Write what is in Testwright as CycloneDX, from the lock files
	$(BIN)/python .ci/sbom.py

screenshots: install ## Make the pictures of the page in docs/images, of a real session with the example
	node web/dev/screenshots.mjs docs/images $(BIN)/testwright

docs: install ## Write the made pages of the documentation, and build it as a site in build/docs
	$(BIN)/python docs/reference.py
	$(PYTHON) -m venv build/docs-tools && build/docs-tools/bin/pip install --quiet mkdocs-material==9.8.2
	build/docs-tools/bin/mkdocs build --quiet --strict

lock: install ## Renew the lock files from pyproject.toml and package.json
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --upgrade --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra otel --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --constraint requirements.lock --output-file requirements-otel.lock
	npm update --ignore-scripts --package-lock-only

clean: ## Remove everything that the other targets made in this folder
	rm -rf $(VENV) node_modules react/node_modules web/node_modules react/dist testwright/web_build

$(BIN)/testwright: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Testwright needs Python 3.11 or newer: make install PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

testwright/web_build/index.html: node_modules/.package-lock.json $(WEB_SOURCES)
	npm run build --silent
	@touch $@
