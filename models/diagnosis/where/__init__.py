# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in the tested source a finding seems to come from: what to look at first, never a proof."""
