# SPDX-License-Identifier: GPL-2.0-or-later
# `make review` and `make test` set up what they need in .venv; KERNEL= names kernels to review.
PYTHON ?= python3
KERNEL ?=
SUITE ?=
BENCH ?=
BIN := .venv/bin

.PHONY: help venv review test long quick lint bench floors fresh clean
help:
	@echo "make review [KERNEL='TREE TARBALL ...']  the main job: port and every kernel named"
	@echo "make test                               style, types and all tests"
	@echo "make long                               also those that repeat them on more, such as older kernels"
	@echo "make quick                              style, types and the two thirds that are fast"
	@echo "make bench [KERNEL=TARBALL]              how fast all of it is: docs/bench (25 minutes)"
	@echo "make floors                             some tests with the lowest versions of packages"
	@echo "make fresh SUITE=bookworm               both in a bare Debian (root, debootstrap)"
	@echo "make venv                               only the environment: .venv/bin/xasplit"

# Python compiles what a review imports when it does: compiling all that is installed takes longer.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable

venv: .venv/installed
.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(INSTALL) .
	touch $@

.venv/tools: .venv/installed
	$(INSTALL) '.[dev]'
	touch $@

review: venv
	$(BIN)/xasplit review $(foreach kernel,$(KERNEL),--kernel $(kernel))

lint: .venv/tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A third of a first run is the compiler's: less with fewer optimisations.  `make long` has them.
FAST := CC="$(if $(filter environment,$(origin CC)),$(CC),gcc) -O1"

test: lint
	$(FAST) $(BIN)/pytest --numprocesses 2 -m "not long"

# What test does, and the same again on older kernels, with other compilers and on more cases.
long: lint
	$(BIN)/pytest --numprocesses 2

# A first signal: the tests of files that take no longer than some seconds.
quick: lint
	$(FAST) $(BIN)/pytest --numprocesses 2 -m "not slow and not long"

# On a machine that does nothing else; BENCH= has further options, such as "--only commands".
bench: .venv/tools
	$(BIN)/python -m benchmarks $(foreach kernel,$(KERNEL),--kernel $(kernel)) $(BENCH)

# Each package in the lowest version that pyproject.toml names, and what uses it.
FLOORS := tests/review/test_cli.py \
	tests/models/mutants/machine_made/test_making.py \
	tests/review/commands/test_prove.py::test_a_table_without_colour_and_status_0 \
	tests/review/report/test_plots.py tests/models/histories/test_drawing.py tests/review/run/test_cluster.py \
	tests/review/bundle/test_read.py::test_a_bundle_is_read_as_it_was_written
floors:
	$(PYTHON) -m venv build/floors
	.ci/floors > build/floors/constraints.txt
	build/floors/bin/python -m pip install --quiet --disable-pip-version-check --no-compile \
		--constraint build/floors/constraints.txt --editable '.[cluster,mutants]' pytest pytest-xdist
	build/floors/bin/pytest --numprocesses 2 $(FLOORS)

# Both commands of the README where nothing but its packages is installed.
fresh:
	@.ci/fresh $(SUITE)

clean:
	rm -rf .venv build dist *.egg-info
