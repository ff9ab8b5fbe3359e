# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that count what a split does, and what its code needs while it does it."""
