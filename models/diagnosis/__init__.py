# SPDX-License-Identifier: GPL-2.0-or-later
"""What is made of failures: causes, smaller cases, reproducers, places."""
