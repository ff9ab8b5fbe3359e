# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs against the model: the C port, real kernels, the driver, sweeps and machines."""
