# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutants that a machine makes of a source: made, compiled, held against both suites."""
