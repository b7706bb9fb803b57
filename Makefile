# `make` alone lists the targets. Every step that sets something up leaves a stamp,
# so that it runs again only when its lock file changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
WORKERS ?= 2

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALL := $(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes
SAY := @printf '%s\n'

APP := $(VENV)/.app
DEV := $(VENV)/.dev
ORACLE := $(VENV)/.oracle
NODE := node_modules/.installed
VENDOR := static/vendor/katex.css
BUILT := static/build/manifest.json
AUDIT := scripts/audit/node_modules/.installed

BENCHMARKS := engine training http

.PHONY: help setup run test check bench learn audit lock clean browser

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(APP) $(BUILT) ## install what the site needs (Python and browser libraries), start nothing
	$(SAY) 'setup: done; make run starts the site'

run: $(APP) $(BUILT) ## set up what is missing and start the site on 127.0.0.1:8000 (PORT=… for another port)
	$(SAY) 'Unrolled: http://$(HOST):$(PORT)/   (Ctrl-C stops it)'
	@exec $(PYTHON) -m app --host $(HOST) --port $(PORT)

test: $(BUILT) $(DEV) $(ORACLE) browser ## set up what is missing and run every test (ARGS='-k triangle' for some, WORKERS=0 in one process)
	$(SAY) 'test: pytest, the browser and node tests included'
	@$(PYTHON) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENDOR) $(DEV) $(ORACLE) ## lint, formatting, types of Python and of JavaScript, links
	$(SAY) 'check: ruff'
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --quiet --check .
	$(SAY) 'check: pyright'
	@$(PYTHON) -m pyright --warnings
	$(SAY) 'check: OpenAPI, then tsc against it'
	@mkdir -p build
	@$(PYTHON) scripts/openapi.py build/openapi.json
	@npm run --silent types >/dev/null
	@npm run --silent check
	$(SAY) 'check: links of the documents'
	@$(PYTHON) scripts/links.py

bench: $(DEV) $(ORACLE) ## measure the engine and the API against PyTorch
	@for name in $(BENCHMARKS); do echo "bench: $$name"; $(PYTHON) -m benchmarks.$$name || exit 1; done

learn: $(DEV) $(ORACLE) ## train every cell on the known tasks, over five seeds (about 15 minutes of one core)
	@$(PYTHON) -m benchmarks.learning $(ARGS)

audit: $(APP) $(BUILT) $(AUDIT) browser ## Lighthouse on every page: reports and a table in build/audit (ARGS='/ /train' for some)
	@node scripts/audit/audit.mjs $(PYTHON) $(ARGS)

lock: $(PYTHON) ## lock the newest versions that pyproject.toml and package.json allow
	@sh scripts/lock.sh $(PYTHON)

clean: ## remove everything that make has made
	$(SAY) 'clean: $(VENV), node_modules, scripts/audit/node_modules, static/vendor, static/build, build and caches'
	@rm -rf $(VENV) node_modules scripts/audit/node_modules static/vendor static/build build .pytest_cache .ruff_cache .hypothesis
	@find app tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON):
	@sh scripts/venv.sh $(VENV)

$(APP): requirements/app.lock | $(PYTHON)
	$(SAY) 'setup: Python packages of the site, from $<'
	@$(INSTALL) -r $<
	@touch $@

$(DEV): requirements/dev.lock $(APP)
	$(SAY) 'setup: Python packages of the tests and checks, from $<'
	@$(INSTALL) -r $<
	@touch $@

$(ORACLE): requirements/oracle.lock $(DEV)
	$(SAY) 'setup: PyTorch, the oracle of the tests, from $<'
	@$(INSTALL) -r $< || { echo 'PyTorch could not be installed: see "The oracle" in CONTRIBUTING.md.' >&2; exit 1; }
	@touch $@

$(NODE): package.json package-lock.json .npmrc
	@sh scripts/node.sh
	$(SAY) 'setup: JavaScript packages, from package-lock.json'
	@npm ci --ignore-scripts --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(VENDOR): scripts/vendor.mjs $(NODE)
	$(SAY) 'setup: browser libraries into static/vendor'
	@node scripts/vendor.mjs

$(AUDIT): scripts/audit/package-lock.json
	$(SAY) 'setup: Lighthouse, from $<'
	@npm ci --prefix scripts/audit --ignore-scripts --no-update-notifier --loglevel=error >/dev/null
	@touch $@

# find names the folders too: one is younger once a file in it is gone.
$(BUILT): scripts/bundle.mjs $(VENDOR) $(shell find static/pages.json static/favicon.svg static/js static/css)
	$(SAY) 'setup: scripts and styles of the pages into static/build'
	@node scripts/bundle.mjs

browser:
	@sh scripts/browser.sh
