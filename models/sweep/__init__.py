# SPDX-License-Identifier: GPL-2.0-or-later
"""What the sweep enumerates and samples, and how it is run."""
