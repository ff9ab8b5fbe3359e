# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers without a lock against one writer, explored on compiled code: the port and kernels."""
