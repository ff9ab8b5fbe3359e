# SPDX-License-Identifier: GPL-2.0-or-later
"""Bounded proofs of C code by CBMC: harnesses, the table of cases, and how they are run."""
