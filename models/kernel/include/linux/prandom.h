/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_PRANDOM_H
#define XASPLIT_LINUX_PRANDOM_H

#include <linux/random.h>

struct rnd_state {
	u64 state;
};

static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	state->state = seed * 2 + 1;
}

static inline u32 prandom_u32_state(struct rnd_state *state)
{
	state->state = state->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(state->state >> 32);
}

#endif
