#include "CVectors.h"
#include "machine.h"

// 128 times the sum of the query: what the offset of the codes adds to every inner product.
static int32_t offset_of(const int8_t *query, int64_t dimension) {
    int32_t sum = 0;
    for (int64_t j = 0; j < dimension; j++) sum += query[j];
    return 128 * sum;
}

// One plain loop, compiled for several machines and chosen when the program starts.
CLONES static void dot_plain(
    const int8_t *query, const uint8_t *codes, const float *scales, int64_t count, int64_t dimension, float *out) {
    const int32_t offset = offset_of(query, dimension);
    for (int64_t start = 0; start < count; start += quanyu_lanes) {
        const uint8_t *block = codes + start * dimension;
        int32_t sums[quanyu_lanes] = {0};
        for (int64_t g = 0; g < dimension / 4; g++) {
            const int8_t *q = query + 4 * g;
            const uint8_t *c = block + g * 4 * quanyu_lanes;
            for (int l = 0; l < quanyu_lanes; l++) {
                sums[l] += q[0] * c[4 * l] + q[1] * c[4 * l + 1] + q[2] * c[4 * l + 2] + q[3] * c[4 * l + 3];
            }
        }
        const int64_t rows = count - start < quanyu_lanes ? count - start : quanyu_lanes;
        for (int64_t l = 0; l < rows; l++) out[start + l] = scales[start + l] * (float)(sums[l] - offset);
    }
}

static int64_t above_plain(
    const int8_t *query, const uint8_t *codes, const float *scales, int64_t count, int64_t dimension, float bar,
    float *out, int32_t *rows) {
    dot_plain(query, codes, scales, count, dimension, out);
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        rows[found] = (int32_t)i;
        out[found] = out[i];
        found += out[i] > bar;
    }
    return found;
}

#ifdef HAS_X86
// vpdpbusd: unsigned times signed bytes, four at a time, into sixteen sums.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static void dot_vnni(
    const int8_t *query, const uint8_t *codes, const float *scales, int64_t count, int64_t dimension, float *out) {
    const __m512i offset = _mm512_set1_epi32(offset_of(query, dimension));
    const int32_t *quads = (const int32_t *)query;
    const int64_t groups = dimension / 4;
    int64_t start = 0;
    // Two blocks at once keep the multiplier busy while a sum waits for its last product.
    for (; start + 2 * quanyu_lanes <= count; start += 2 * quanyu_lanes) {
        const uint8_t *a = codes + start * dimension, *b = a + quanyu_lanes * dimension;
        __m512i s = _mm512_setzero_si512(), t = s, u = s, v = s;
        int64_t g = 0;
        for (; g + 2 <= groups; g += 2) {
            const __m512i q = _mm512_set1_epi32(quads[g]), r = _mm512_set1_epi32(quads[g + 1]);
            s = _mm512_dpbusd_epi32(s, _mm512_loadu_si512(a + g * 64), q);
            t = _mm512_dpbusd_epi32(t, _mm512_loadu_si512(b + g * 64), q);
            u = _mm512_dpbusd_epi32(u, _mm512_loadu_si512(a + g * 64 + 64), r);
            v = _mm512_dpbusd_epi32(v, _mm512_loadu_si512(b + g * 64 + 64), r);
        }
        for (; g < groups; g++) {
            const __m512i q = _mm512_set1_epi32(quads[g]);
            s = _mm512_dpbusd_epi32(s, _mm512_loadu_si512(a + g * 64), q);
            t = _mm512_dpbusd_epi32(t, _mm512_loadu_si512(b + g * 64), q);
        }
        s = _mm512_sub_epi32(_mm512_add_epi32(s, u), offset);
        t = _mm512_sub_epi32(_mm512_add_epi32(t, v), offset);
        _mm512_storeu_ps(out + start, _mm512_mul_ps(_mm512_cvtepi32_ps(s), _mm512_loadu_ps(scales + start)));
        _mm512_storeu_ps(
            out + start + 16, _mm512_mul_ps(_mm512_cvtepi32_ps(t), _mm512_loadu_ps(scales + start + 16)));
    }
    for (; start < count; start += quanyu_lanes) {
        const uint8_t *a = codes + start * dimension;
        __m512i s = _mm512_setzero_si512();
        for (int64_t g = 0; g < groups; g++) {
            s = _mm512_dpbusd_epi32(s, _mm512_loadu_si512(a + g * 64), _mm512_set1_epi32(quads[g]));
        }
        s = _mm512_sub_epi32(s, offset);
        const int64_t rows = count - start < quanyu_lanes ? count - start : quanyu_lanes;
        const __mmask16 mask = (__mmask16)((1u << rows) - 1);
        const __m512 scale = _mm512_maskz_loadu_ps(mask, scales + start);
        _mm512_mask_storeu_ps(out + start, mask, _mm512_mul_ps(_mm512_cvtepi32_ps(s), scale));
    }
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static int64_t above_vnni(
    const int8_t *query, const uint8_t *codes, const float *scales, int64_t count, int64_t dimension, float bar,
    float *out, int32_t *rows) {
    const __m512i offset = _mm512_set1_epi32(offset_of(query, dimension));
    const __m512 bars = _mm512_set1_ps(bar);
    const int32_t *quads = (const int32_t *)query;
    const int64_t groups = dimension / 4;
    __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    int64_t found = 0;
    for (int64_t start = 0; start < count; start += quanyu_lanes) {
        const uint8_t *a = codes + start * dimension;
        __m512i s = _mm512_setzero_si512(), t = s;
        int64_t g = 0;
        for (; g + 2 <= groups; g += 2) {
            s = _mm512_dpbusd_epi32(s, _mm512_loadu_si512(a + g * 64), _mm512_set1_epi32(quads[g]));
            t = _mm512_dpbusd_epi32(t, _mm512_loadu_si512(a + g * 64 + 64), _mm512_set1_epi32(quads[g + 1]));
        }
        if (g < groups) s = _mm512_dpbusd_epi32(s, _mm512_loadu_si512(a + g * 64), _mm512_set1_epi32(quads[g]));
        s = _mm512_sub_epi32(_mm512_add_epi32(s, t), offset);
        const int64_t left = count - start;
        const __mmask16 valid = left < quanyu_lanes ? (__mmask16)((1u << left) - 1) : (__mmask16)0xFFFF;
        const __m512 products = _mm512_mul_ps(_mm512_cvtepi32_ps(s), _mm512_maskz_loadu_ps(valid, scales + start));
        const __mmask16 mask = _mm512_mask_cmp_ps_mask(valid, products, bars, _CMP_GT_OQ);
        if (mask) {
            // Compressed in the register: a masked store to memory is many times slower on some machines.
            _mm512_storeu_ps(out + found, _mm512_maskz_compress_ps(mask, products));
            _mm512_storeu_si512(rows + found, _mm512_maskz_compress_epi32(mask, numbers));
            found += __builtin_popcount(mask);
        }
        numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(quanyu_lanes));
    }
    return found;
}
#endif

void quanyu_dot_blocks(
    const int8_t *query, const uint8_t *codes, const float *scales, int64_t count, int64_t dimension, float *out) {
#ifdef HAS_X86
    if (__builtin_cpu_supports("avx512vnni")) {
        dot_vnni(query, codes, scales, count, dimension, out);
        return;
    }
#endif
    dot_plain(query, codes, scales, count, dimension, out);
}

int64_t quanyu_dot_above(
    const int8_t *query, const uint8_t *codes, const float *scales, int64_t count, int64_t dimension, float bar,
    float *out, int32_t *rows) {
#ifdef HAS_X86
    if (__builtin_cpu_supports("avx512vnni")) {
        return above_vnni(query, codes, scales, count, dimension, bar, out, rows);
    }
#endif
    return above_plain(query, codes, scales, count, dimension, bar, out, rows);
}

CLONES float quanyu_encode(const float *vector, int64_t dimension, int8_t *out) {
    float largest = 1e-20f;
    for (int64_t i = 0; i < dimension; i++) {
        const float size = __builtin_fabsf(vector[i]);
        largest = size > largest ? size : largest;
    }
    const float factor = 127 / largest;
    // Half away from zero, by adding a half of the same sign before the fraction is dropped.
    for (int64_t i = 0; i < dimension; i++) {
        out[i] = (int8_t)(int32_t)(vector[i] * factor + __builtin_copysignf(0.5f, vector[i]));
    }
    return largest / 127;
}

// Sixteen sums side by side: the order of the additions is part of the code, so every machine's registers are used.
CLONES static inline float dot_lanes(const float *a, const float *b, int64_t width) {
    float sums[16] = {0};
    for (int64_t i = 0; i < width; i += 16) {
        for (int l = 0; l < 16; l++) sums[l] += a[i + l] * b[i + l];
    }
    for (int step = 8; step > 0; step /= 2) {
        for (int l = 0; l < step; l++) sums[l] += sums[l + step];
    }
    return sums[0];
}

float quanyu_dot(const float *a, const float *b, int64_t width) { return dot_lanes(a, b, width); }

void quanyu_prefetch(const void *start, int64_t bytes) {
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)start + i, 0, 2);
}

// No clones: a machine that multiplies and adds in one step would round otherwise.
float quanyu_product(const float *a, const float *b, int64_t width) {
    float sums[4] = {0};
    for (int64_t i = 0; i < width; i += 4) {
        for (int l = 0; l < 4; l++) {
            const float product = a[i + l] * b[i + l];
            sums[l] += product;
        }
    }
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

void quanyu_add(const float *a, float weight, float *into, int64_t width) {
    for (int64_t i = 0; i < width; i++) {
        const float product = weight * a[i];
        into[i] += product;
    }
}

void quanyu_add_lesson(uint64_t signs, const float *own, float weight, float *into, int64_t width) {
    const float square = quanyu_product(own, own, width);
    const float scale = square > 0 ? weight * __builtin_sqrtf((float)width / square) : 0;
    for (int64_t i = 0; i < width; i++) {
        const float sign = (signs >> (i & 63)) & 1 ? weight : -weight;
        const float product = scale * own[i];
        into[i] += sign + product;
    }
}
