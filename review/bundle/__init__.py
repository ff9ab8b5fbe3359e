# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of evidence that a review leaves: written here, and read again as a stranger's."""
