/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of the shared-memory store. Keys: SipHash-1-3 with a secret of the segment, so that nobody
 * outside can choose keys that fall into one bucket. Values and heads: plain sums that notice
 * memory overwritten by a stray write; they are no protection against somebody who can write to the
 * segment on purpose.
 */
#include "io/shm.h"

#include <string.h>

static inline uint64_t rotate(uint64_t v, unsigned bits)
{
    return v << bits | v >> (64 - bits);
}

struct sip {
    uint64_t a, b, c, d;
};

static inline void sip_round(struct sip *v)
{
    v->a += v->b;
    v->b = rotate(v->b, 13) ^ v->a;
    v->a = rotate(v->a, 32);
    v->c += v->d;
    v->d = rotate(v->d, 16) ^ v->c;
    v->a += v->d;
    v->d = rotate(v->d, 21) ^ v->a;
    v->c += v->b;
    v->b = rotate(v->b, 17) ^ v->c;
    v->c = rotate(v->c, 32);
}

uint64_t oidc_shm_hash_key(const uint64_t secret[2], struct oidc_str key)
{
    struct sip v = {
        secret[0] ^ UINT64_C(0x736f6d6570736575), secret[1] ^ UINT64_C(0x646f72616e646f6d),
        secret[0] ^ UINT64_C(0x6c7967656e657261), secret[1] ^ UINT64_C(0x7465646279746573)};
    const char *p = key.p;
    size_t n = key.n;
    uint64_t word;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        v.d ^= word;
        sip_round(&v);
        v.a ^= word;
    }
    word = (uint64_t)key.n << 56;
    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t)(unsigned char)p[i] << (8 * i);
    }
    v.d ^= word;
    sip_round(&v);
    v.a ^= word;
    v.c ^= 0xff;
    sip_round(&v);
    sip_round(&v);
    sip_round(&v);
    return v.a ^ v.b ^ v.c ^ v.d;
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ rotate(b, 29)) * UINT64_C(0x9e3779b97f4a7c15);
    return a ^ a >> 32;
}

#define STRETCH 256

/*
 * Two 64-bit lanes at once where the machine has them; the compiler makes plain code of it
 * elsewhere.
 */
typedef uint64_t lanes __attribute__((vector_size(16)));

struct sums {
    lanes a0, a1, a2, a3, b0, b1, b2, b3;
};

static inline lanes load(const unsigned char *p)
{
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void add_64(struct sums *s, const unsigned char *p)
{
    s->a0 += load(p);
    s->a1 += load(p + 16);
    s->a2 += load(p + 32);
    s->a3 += load(p + 48);
}

static inline void add_stretch(struct sums *s, const unsigned char *p)
{
    add_64(s, p);
    add_64(s, p + 64);
    add_64(s, p + 128);
    add_64(s, p + 192);
    s->b0 += s->a0;
    s->b1 += s->a1;
    s->b2 += s->a2;
    s->b3 += s->a3;
}

static inline uint64_t fold(uint64_t h, lanes a, lanes b)
{
    return mix(mix(mix(h, a[0]), a[1]), mix(b[0], b[1]));
}

/*
 * After Fletcher: sums of words, which notice any change of one word, and after each stretch sums
 * of the sums, which notice stretches that changed places.
 */
uint64_t oidc_shm_hash_value(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    struct sums s = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}};
    size_t left = n;
    for (; left >= STRETCH; left -= STRETCH, p += STRETCH) {
        add_stretch(&s, p);
    }
    if (left > 0) {
        unsigned char tail[STRETCH] = {0};
        memcpy(tail, p, left);
        add_stretch(&s, tail);
    }
    return fold(fold(fold(fold(n, s.a0, s.b0), s.a1, s.b1), s.a2, s.b2), s.a3, s.b3);
}

uint32_t oidc_shm_hash_head(const struct oidc_shm_head *head)
{
    uint64_t h = mix(head->hash, head->version);
    h = mix(h, (uint64_t)head->expires);
    h = mix(h, head->sum);
    h = mix(h, (uint64_t)head->value_n << 32 | head->key_n);
    return (uint32_t)(h ^ h >> 32);
}
