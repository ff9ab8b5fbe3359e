# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``make bench`` measures, for developers: a file a group.  Not part of the wheel."""
