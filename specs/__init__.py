# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold, stated once, as predicates and contracts over snapshots."""
