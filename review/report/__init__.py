# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of a review: text, HTML, SARIF, JUnit, KTAP."""
