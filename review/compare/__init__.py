# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between two bundles."""
