# SPDX-License-Identifier: GPL-2.0-or-later
"""The driver of the code under test, and the processes that run it."""
