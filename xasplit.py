# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m xasplit``: the command, where no script of that name is on the path."""

from review.cli import run

if __name__ == "__main__":
    run()
