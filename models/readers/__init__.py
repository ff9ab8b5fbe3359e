# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers without a lock: the explorer, what it explores, and what that comes to."""
