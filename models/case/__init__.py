# SPDX-License-Identifier: GPL-2.0-or-later
"""One case: how it is written, run, judged and told."""
