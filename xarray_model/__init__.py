# SPDX-License-Identifier: GPL-2.0-or-later
"""The executable model of the XArray and its split: pure Python, standard library only."""
