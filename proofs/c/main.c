// SPDX-License-Identifier: GPL-2.0-or-later
/* The program of the harness in HARNESS: for the model checker, or natively (native.h). */
#include HARNESS

#ifdef XASPLIT_CBMC
int main(void)
{
	INPUTS(INPUT_DRAWN)
	harness();
	return 0;
}
#else
static unsigned long native_seed, native_sample;

static unsigned long native_draw(void)
{
	/* SplitMix64; small numbers as often as large ones. */
	unsigned long z = native_seed += 0x9e3779b97f4a7c15UL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
	z ^= z >> 31;
	return z & 64 ? z >> 7 : z >> 7 & 0xff;
}

/* Each case on memory of its own, which ends with it. */
static void native_case(void)
{
	requests = taken = given_back = fail_at = warnings = 0;
	xasplit_read_depth = 0;
	memset(freed, 0, sizeof(freed));
	memset(told, 0, sizeof(told));
	memset(&array, 0, sizeof(array));
	if (!setjmp(native_end))
		harness();
	for (unsigned int k = 0; k < MOST_NODES; k++) {
		free(native_nodes[k]);
		native_nodes[k] = NULL;
	}
}

struct native_setting {
	const char *name;
	unsigned int *place;
};

static int native_set(const char *word)
{
	static const struct native_setting settings[] = {
		{ "depth", &case_depth }, { "n", &case_n }, { "m", &case_m },
		{ "fail_at", &case_fail_at }, { "refuses", &case_refuses },
	};
	const char *text = strchr(word, '=');
	unsigned long number;

	if (!text)
		return 0;
	number = strtoul(text + 1, NULL, 0);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!strncmp(word, settings[i].name, (size_t)(text - word)) &&
		    strlen(settings[i].name) == (size_t)(text - word)) {
			*settings[i].place = (unsigned int)number;
			return 1;
		}
#define INPUT_GIVEN(input)						\
	if (strlen(#input) == (size_t)(text - word) && !strncmp(word, #input, (size_t)(text - word))) { \
		in_##input = number;					\
		return 1;						\
	}
	INPUTS(INPUT_GIVEN)
	if (!strncmp(word, "sample=", 7))
		native_sample = number;
	else if (!strncmp(word, "seed=", 5))
		native_seed = number;
	else
		return 0;
	return 1;
}

#define INPUT_DRAWN(input) in_##input = native_draw();
#define INPUT_TOLD(input) printf(" %s=%lu", #input, in_##input);

int main(int argc, char **argv)
{
	unsigned long passed = 0;

	for (int i = 1; i < argc; i++)
		if (!native_set(argv[i])) {
			fprintf(stderr, "no such setting: %s\n", argv[i]);
			return 2;
		}
	if (!native_sample) {
		native_case();
		return native_failed ? 1 : native_false ? 3 : 0;
	}
	for (unsigned long i = 0; i < native_sample && !native_failed; i++) {
		unsigned int before = native_false;

		INPUTS(INPUT_DRAWN)
		native_case();
		passed += !native_failed && before == native_false;
	}
	if (native_failed) {
		printf("inputs");
		INPUTS(INPUT_TOLD)
		printf("\n");
	}
	printf("passed %lu\n", passed);
	return native_failed ? 1 : 0;
}
#endif
