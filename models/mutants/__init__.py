# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeded defects: small mistakes in port, model and driver, each with what must catch it."""
