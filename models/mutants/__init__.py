# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeded defects: small mistakes in port and model, each with the property that must catch it."""
