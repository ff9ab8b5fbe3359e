# SPDX-License-Identifier: GPL-2.0-or-later
"""The state machines: what they draw, and what that comes to."""
