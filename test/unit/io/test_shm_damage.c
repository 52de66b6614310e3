/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store under overwritten memory: the fuzz target, with inputs of its own making.
 * IO_DAMAGE_ROUNDS makes it longer.
 */
#include "fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void overwritten_at_random(void **state)
{
    (void)state;
    long rounds = fixture_setting("IO_DAMAGE_ROUNDS", fixture_is_slow() ? 150 : 600);
    unsigned seed = (unsigned)fixture_setting("IO_DAMAGE_SEED", 1);
    for (long i = 0; i < rounds; i++) {
        uint8_t input[60];
        for (size_t j = 0; j < sizeof input; j++) {
            seed = seed * 1664525u + 1013904223u;
            input[j] = (uint8_t)(seed >> 24);
        }
        assert_int_equal(LLVMFuzzerTestOneInput(input, 6u + 6u * (size_t)(i % 9)), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(overwritten_at_random)};
    return fixture_run("shm_damage", tests, 1);
}
