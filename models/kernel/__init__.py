# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernels as code under test: user-space headers and the opener of their sources."""
