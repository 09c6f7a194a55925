# Everything a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
TORCH := torch==2.13.0
HOST ?= 127.0.0.1
PORT ?= 8000
INDEX ?= .floorwalker/index
DEMO := web/demo/catalog.jsonl
HELP := web/demo/help
ORDERS := sqlite:///.floorwalker/orders.db
ENGINE := $(shell nvidia-smi -L 2>/dev/null | grep -q GPU && echo gpu || echo cpu)

.PHONY: run setup setup-test test test-real check clean help

help:
	@echo "make run        install, build the demo index, fetch the model and start the shop"
	@echo "make test       the tests that need no model"
	@echo "make test-real  the tests with the real model and a real browser (Chromium)"
	@echo "make check      lint, format and types"
	@echo "make clean      remove what was built here; the model's weights stay in their cache"

run: setup
	@test -f $(INDEX)/CURRENT || { echo "2 of 3: indexing the demo shop's products (about a minute, once)"; \
		$(PY) -m retrieval build --feed $(DEMO) --index $(INDEX) \
		&& $(PY) -m retrieval passages build --docs $(HELP) --index $(INDEX) \
		&& $(PY) -m agent orders --feed web/demo/orders.jsonl --url $(ORDERS); }
	@echo "3 of 3: opening the shop; the language model gets ready in the background"
	@FLOORWALKER_ORDERS_URL=$${FLOORWALKER_ORDERS_URL-$(ORDERS)} exec $(PY) -m web --embedded --host $(HOST) --port $(PORT) --index $(INDEX)

setup: $(VENV)/.installed

setup-test: $(VENV)/.installed-test

$(VENV)/.torch:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Floorwalker needs Python 3.11 to 3.13. Name one: make run PYTHON=python3.12"; exit 1; }
	@echo "1 of 3: creating $(VENV) and installing what the shop needs (3 to 8 minutes, once)"
	@$(PYTHON) -m venv $(VENV)
ifeq ($(ENGINE),cpu)
# The plain Linux wheel of torch brings gigabytes of CUDA that a machine without a GPU has no use for.
	@if [ "$$(uname)" = Linux ]; then \
		$(PY) -m pip install -q "$(TORCH)+cpu" 2>/dev/null \
		|| { $(PY) -m pip install -q uv && $(VENV)/bin/uv pip install -q --python $(PY) --torch-backend cpu "$(TORCH)"; }; \
	else $(PY) -m pip install -q "$(TORCH)"; fi
endif
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.torch
	@$(PY) -m pip install -q -e ".[$(ENGINE)]"
	@touch $@

$(VENV)/.installed-test: pyproject.toml $(VENV)/.installed
	@$(PY) -m pip install -q -e ".[$(ENGINE),test]"
	@touch $@

test: setup-test
	$(PY) -m pytest -q

test-real: setup-test
	$(PY) -m llm_server pull
	$(PY) -m pytest -q -m real --durations=10

check: setup-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright

clean:
	rm -rf $(VENV) .floorwalker build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
