# SPDX-License-Identifier: GPL-2.0-or-later
"""The front desk: command line, reports and evidence."""
