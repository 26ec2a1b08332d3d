# Mailbox Admin. Everything happens in .venv, so nothing else on the machine changes;
# only `make test` may install Dovecot and Chromium through the system's package manager.

PYTHON ?= python3
VENV   ?= .venv
HOST   ?= 127.0.0.1
PORT   ?= 8000
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo run test coverage lint bench soak screenshots format lock clean

help: ## list the commands, one line each
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  (HOST=$(HOST) PORT=$(PORT) PYTHON=$(PYTHON) can be given, as in: make demo PORT=8080)"

demo: $(VENV)/.demo ## a sample office with mail of its own, on http://localhost:PORT, until Ctrl-C
	@exec $(BIN)/mailboxadmin demo --port $(PORT)

run: $(VENV)/.run ## the real thing on HOST and PORT; HOST=0.0.0.0 opens it to the office network
ifeq ($(filter $(HOST),127.0.0.1 localhost ::1),)
	@echo "On $(HOST) everyone on the network can reach Mailbox Admin, unencrypted: put a TLS proxy in front (README.md)."
endif
	@exec $(BIN)/mailboxadmin serve --host $(HOST) --port $(PORT)

test: $(VENV)/.test lint ## everything, on a real Dovecot and a real Chromium; SKIP_MISSING=1 leaves out what cannot be installed
	@exec sh tests/run.sh $(BIN)/python

coverage: $(VENV)/.test ## the same tests, and which lines none of them reaches (takes twice as long)
	@exec sh tests/run.sh $(BIN)/python --cov --cov-report=term

lint: $(VENV)/.test ## ruff, formatting, mypy and the import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "make format puts the layout right."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/.test ## measure against a raw socket, mbsync and offlineimap3, beside the goals (takes an hour)
	@exec $(BIN)/python -m bench

soak: $(VENV)/.test ## killed at every point, 500 random histories and other long counts (takes an hour)
	@exec $(BIN)/python -m pytest -q -m soak -o faulthandler_timeout=0

screenshots: $(VENV)/.test ## the pictures of README.md and docs/, taken anew from the demo
	@exec $(BIN)/python -m tests.support.screenshots

format: $(VENV)/.test ## lay the code out and put the imports in order
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format --quiet .

# In an environment of its own, because the tool is no part of what is tested or shipped.
lock: $(BIN)/python ## pin anew what is shipped, each file by its hash, in requirements.lock
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip install -qq --disable-pip-version-check 'pip-tools>=7.5,<8'
	@build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --all-build-deps --allow-unsafe \
	  --strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-emit-options --output-file build/requirements.lock setup.cfg
	@{ sed '/^[^#]/,$$d' requirements.lock; sed '/^#/d;/^$$/d' build/requirements.lock; } >build/renewed.lock
	@mv build/renewed.lock requirements.lock

clean: ## remove .venv and what the tools made; the instance folder stays
	rm -rf $(VENV) build dist *.egg-info .coverage .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for each set of extras, so that a second run starts at once.
$(VENV)/.run:  EXTRAS :=
$(VENV)/.demo: EXTRAS := [demo]
$(VENV)/.test: EXTRAS := [demo,test,dev]

$(VENV)/.run $(VENV)/.demo $(VENV)/.test: setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing Mailbox Admin$(EXTRAS) into $(VENV) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.$(EXTRAS)'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Mailbox Admin needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv is missing (on Debian and Ubuntu: apt install python3-venv)."; rm -rf $(VENV); exit 1; }
