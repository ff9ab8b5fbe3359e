# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs and gathers: campaigns, evidence, what is kept of a review."""
