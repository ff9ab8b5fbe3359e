# SPDX-License-Identifier: GPL-2.0-or-later
"""An implementation under test: what it offers, and how it is built."""
