# SPDX-License-Identifier: GPL-2.0-or-later
# `make review` and `make test` set up all they need in .venv; KERNEL= names kernels to review.
PYTHON ?= python3
KERNEL ?=
BIN := .venv/bin

.PHONY: help venv review test lint clean
help:
	@echo "make review [KERNEL='TREE TARBALL ...']  the main job: port and every kernel named"
	@echo "make test                               style, types and all tests"
	@echo "make venv                               only the environment: .venv/bin/xasplit"

venv: .venv/installed
.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

review: venv
	$(BIN)/xasplit review $(foreach kernel,$(KERNEL),--kernel $(kernel))

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest --numprocesses 2

clean:
	rm -rf .venv build dist *.egg-info
