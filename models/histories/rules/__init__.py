# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the machine, by what they are about."""
