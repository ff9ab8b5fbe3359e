# SPDX-License-Identifier: GPL-2.0-or-later
"""The front desk: command line, reports and evidence."""

__version__ = "0.3.0"
"""CHANGELOG.md says what came with it, docs/develop.md when it changes."""
