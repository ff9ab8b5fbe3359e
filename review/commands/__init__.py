# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands, a file each: options in, exit status out."""
