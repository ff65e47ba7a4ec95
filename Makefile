# Two commands: `make run` starts everything, `make test` checks everything.

PYTHON ?= python3
BIN := .venv/bin
# Named after the lock file's content: a later start with the same lock installs nothing.
INSTALLED := .venv/installed-$(shell sha256sum requirements.lock | cut -c1-16)
# A Repl's Python asks for `pip install --user`, which a virtual environment refuses.
export PIP_USER := no
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Off where a container sets it: what is compiled once then serves every process that follows.
export PYTHONDONTWRITEBYTECODE :=
# `closetai run` handles Ctrl-C itself; nothing here may run in parallel with it.
.NOTPARALLEL:
.PHONY: install run test soak lint format schema screenshots bench system

install: $(INSTALLED)

run: $(INSTALLED)
	@exec $(BIN)/closetai run

# Three processes on two cores, which would otherwise wait for browsers and servers a tenth of the
# time; a fourth would only take from the others. Each begins with its part in the order of the
# files, whose servers and databases are then started once; whoever is done first takes over from
# the end of another's.
# Beside the lint Debian's packages come down, and what the tests import is compiled: otherwise each
# of the processes would do it.
test: $(INSTALLED)
	@$(MAKE) --no-print-directory system & system=$$!; \
	$(BIN)/pytest --collect-only -qq >/dev/null & \
	$(MAKE) --no-print-directory lint && wait $$system; ready=$$?; wait; exit $$ready
	$(BIN)/pytest -n 3 --dist worksteal

# What `make test` samples, at length: kills, broken uploads, credits under fire, random histories.
soak: $(INSTALLED)
	$(BIN)/python -m tests.soak

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --disable-progress-bar queries migrations & sql=$$!; \
	$(BIN)/mypy --num-workers 2; types=$$?; wait $$sql && exit $$types

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar queries migrations

# After a new migration: what all of them add up to, for readers and for the tests.
schema: $(INSTALLED)
	$(BIN)/python -m database.schema

# The README's, taken of the dashboard that `make run` serves, as a demo visitor.
screenshots: $(INSTALLED)
	$(BIN)/python tests/browser/screenshots.py

# Options: make bench BENCH="--jobs 100000 --only queries"; without any, ten million jobs. With
# --beside and a home of more jobs: how much longer each query takes there.
bench: $(INSTALLED)
	$(BIN)/python -m bench $(BENCH)

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "ClosetAI needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python lacks venv: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the pinned dependencies into .venv (the first time takes up to a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The lock names all there is, so that there is nothing to find out. It is compiled when first
	@# imported: half of it never is. Where only pip knows the way to packages, pip goes it.
	@$(BIN)/python -m pip install --quiet $(shell grep ^uv== requirements.lock) \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -r requirements.lock \
		|| $(BIN)/python -m pip install --quiet --no-compile --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@rm -f .venv/installed-*
	@touch $@

# What the tests need beside Python packages: a Chromium for the browser tests, and PostgreSQL 15
# (the oldest version that is claimed) where Debian has the package. Its own cluster is not made:
# the tests start servers themselves.
system:
	@command -v chromium chromium-browser google-chrome >/dev/null && exit 0; \
	if [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; \
	else \
		echo "The browser tests need Chromium: install the package chromium" >&2; exit 1; \
	fi
	@if [ ! -x /usr/lib/postgresql/15/bin/postgres ] && [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq; \
		if apt-cache show postgresql-15 >/dev/null 2>&1; then \
			export DEBIAN_FRONTEND=noninteractive; \
			apt-get install -qq -y --no-install-recommends postgresql-common \
			&& sed -ri 's/#?(create_main_cluster) .*$$/\1 = false/' /etc/postgresql-common/createcluster.conf \
			&& apt-get install -qq -y --no-install-recommends postgresql-15; \
		fi; \
	fi
