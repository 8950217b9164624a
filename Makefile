# Two commands: `make run` starts everything, `make test` checks everything. Each sets up what it needs.

UV_VERSION := 0.13.9
# A uv on PATH may be a shim that fails in this folder: believe what it says, not that it is there.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
export RASA_TELEMETRY_ENABLED := false
unexport VIRTUAL_ENV

.PHONY: run test check core chaos lock

run: .venv/run.stamp
	@.venv/bin/python -m frontdesk run

test: .venv/dev.stamp
	@sh tests/set-up
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest --numprocesses 4 --dist loadgroup

# The proof of the core at length: `make test` tries fewer interleavings. FRONTDESK_TEST_EXAMPLES says how many.
core: export FRONTDESK_TEST_EXAMPLES ?= 300
core: .venv/dev.stamp
	.venv/bin/python -m pytest tests/core

# The state machine alone, for as long as it takes: about half an hour of one processor on SQLite, an hour on PostgreSQL.
chaos: export FRONTDESK_TEST_EXAMPLES ?= 2000
chaos: .venv/dev.stamp
	.venv/bin/python -m pytest tests/core/test_state_machine.py

check: .venv/dev.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# `make run` is content with the development environment, which holds everything that it needs.
.venv/run.stamp: requirements.lock | .venv/bin/frontdesk
	@if [ -e .venv/dev.stamp ] && [ .venv/dev.stamp -nt requirements.lock ]; then :; else \
	  echo "Installing what Frontdesk needs (once, about a minute) ..." && \
	  $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock && rm -f .venv/dev.stamp; fi
	@touch $@

.venv/dev.stamp: requirements-dev.lock | .venv/bin/frontdesk
	@echo "Installing what Frontdesk and its tests need (once, about a minute) ..."
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements-dev.lock
	@touch $@

.venv/bin/python: | $(filter .uv/bin/uv,$(UV))
	@$(UV) venv --quiet --python 3.12 .venv

# What every message and page means by `frontdesk …`; it works from any folder, and `frontdesk rasa …` in any.
.venv/bin/frontdesk: Makefile | .venv/bin/python
	@printf '%s\n' '#!/bin/sh' 'export _FRONTDESK_CALLED_FROM="$$PWD"' \
	  'cd "$$(dirname "$$0")/../.." && exec .venv/bin/python -m frontdesk "$$@"' >$@
	@chmod +x $@

.uv/bin/uv:
	@command -v python3.12 >/dev/null || { echo "Frontdesk needs Python 3.12, or a uv that can fetch it: https://docs.astral.sh/uv/"; exit 1; }
	@python3.12 -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# After a change in pyproject.toml: resolve anew, and pin by hash. No download address is written.
lock: | $(filter .uv/bin/uv,$(UV))
	$(UV) pip compile --quiet --universal pyproject.toml --generate-hashes --no-header -o requirements.lock
	$(UV) pip compile --quiet --universal pyproject.toml --group dev -c requirements.lock --generate-hashes --no-header -o requirements-dev.lock
