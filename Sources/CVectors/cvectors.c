#include "CVectors.h"

// One plain loop, compiled for several machines and chosen when the program starts.
#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

CLONES static void dot_64(
    const int8_t *query, const int8_t *codes, const float *scales, int64_t count, float *out) {
    for (int64_t i = 0; i < count; i++) {
        const int8_t *code = codes + i * 64;
        int32_t sum = 0;
        for (int j = 0; j < 64; j++) sum += (int16_t)query[j] * (int16_t)code[j];
        out[i] = scales[i] * (float)sum;
    }
}

CLONES static void dot_any(
    const int8_t *query, const int8_t *codes, const float *scales, int64_t count, int64_t dimension, float *out) {
    for (int64_t i = 0; i < count; i++) {
        const int8_t *code = codes + i * dimension;
        int32_t sum = 0;
        for (int64_t j = 0; j < dimension; j++) sum += (int16_t)query[j] * (int16_t)code[j];
        out[i] = scales[i] * (float)sum;
    }
}

void quanyu_dot_bytes(
    const int8_t *query, const int8_t *codes, const float *scales, int64_t count, int64_t dimension, float *out) {
    if (dimension == 64) {
        dot_64(query, codes, scales, count, out);
    } else {
        dot_any(query, codes, scales, count, dimension, out);
    }
}
