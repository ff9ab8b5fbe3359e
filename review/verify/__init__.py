# SPDX-License-Identifier: GPL-2.0-or-later
"""Rechecks a bundle without trusting who made it."""
