#include "CVectors.h"
#include "machine.h"

enum { block = 64, levels = 6, leaves_of_tree = 64 };

// Bins

static void bins_plain(
    const float *rows, int64_t stride, int64_t count, const float *halvings, uint8_t *column) {
    for (int64_t i = 0; i < count; i++) {
        const float value = rows[i * stride];
        int64_t bin = 0;
        for (int64_t level = 0; level < levels; level++) {
            bin = 2 * bin + (halvings[(1 << level) - 1 + bin] < value);
        }
        column[i] = (uint8_t)bin;
    }
}

#ifdef HAS_X86
// Sixteen rows at once: the edges of a halving lie in one register, or two, and are looked up by what is known so far.
__attribute__((target("avx512f,avx512bw,avx512vl"))) static void bins_wide(
    const float *rows, int64_t stride, int64_t count, const float *halvings, uint8_t *column) {
    __m512 edges[levels];
    for (int l = 0; l < levels; l++) edges[l] = _mm512_loadu_ps(halvings + (1 << l) - 1);
    const __m512 last = _mm512_loadu_ps(halvings + 47);
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i steps = _mm512_mullo_epi32(
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), _mm512_set1_epi32((int)stride));
    for (int64_t i = 0; i < count; i += 16) {
        const int64_t left = count - i;
        const __mmask16 valid = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xFFFF;
        const __m512 value =
            _mm512_mask_i32gather_ps(_mm512_setzero_ps(), valid, steps, rows + i * stride, sizeof(float));
        __m512i bin = _mm512_setzero_si512();
        for (int l = 0; l < levels; l++) {
            const __m512 edge =
                l < 5 ? _mm512_permutexvar_ps(bin, edges[l]) : _mm512_permutex2var_ps(edges[5], bin, last);
            const __mmask16 above = _mm512_cmp_ps_mask(edge, value, _CMP_LT_OQ);
            bin = _mm512_add_epi32(bin, bin);
            bin = _mm512_mask_add_epi32(bin, above, bin, one);
        }
        _mm_mask_storeu_epi8(column + i, valid, _mm512_cvtepi32_epi8(bin));
    }
}
#endif

void quanyu_bins(
    const float *rows, int64_t stride, int64_t count, const float *halvings, uint8_t *column) {
#ifdef HAS_X86
    if (__builtin_cpu_supports("avx512bw")) {
        bins_wide(rows, stride, count, halvings, column);
        return;
    }
#endif
    bins_plain(rows, stride, count, halvings, column);
}

// Trees

CLONES static void trees_plain(
    const uint8_t *columns, int64_t height, const int32_t *signals, const uint8_t *bins, const float *leaves,
    int64_t trees, float *sums) {
    for (int64_t start = 0; start < height; start += block) {
        for (int64_t t = 0; t < trees; t++) {
            uint8_t place[block] = {0};
            for (int l = 0; l < levels; l++) {
                const uint8_t *column = columns + signals[t * levels + l] * height + start;
                const uint8_t bin = bins[t * levels + l];
                for (int i = 0; i < block; i++) place[i] |= (uint8_t)((column[i] > bin) << l);
            }
            const float *leaf = leaves + t * leaves_of_tree;
            for (int i = 0; i < block; i++) sums[start + i] += leaf[place[i]];
        }
    }
}

#ifdef HAS_X86
// The sums of sixty-four candidates stay in registers, and so do a tree's leaves: looking up is a permutation.
__attribute__((target("avx512f,avx512bw,avx512vl"))) static void trees_wide(
    const uint8_t *columns, int64_t height, const int32_t *signals, const uint8_t *bins, const float *leaves,
    int64_t trees, float *sums) {
    for (int64_t start = 0; start < height; start += block) {
        __m512 sum[4];
        for (int k = 0; k < 4; k++) sum[k] = _mm512_loadu_ps(sums + start + 16 * k);
        for (int64_t t = 0; t < trees; t++) {
            const int32_t *asked = signals + t * levels;
            const uint8_t *bin = bins + t * levels;
            __m512i place = _mm512_setzero_si512();
            __mmask64 above = 0;
            for (int l = 0; l < levels; l++) {
                above = _mm512_cmpgt_epu8_mask(
                    _mm512_loadu_si512(columns + asked[l] * height + start), _mm512_set1_epi8((char)bin[l]));
                if (l < levels - 1) place = _mm512_mask_add_epi8(place, above, place, _mm512_set1_epi8((char)(1 << l)));
            }
            const float *leaf = leaves + t * leaves_of_tree;
            const __m512 a = _mm512_loadu_ps(leaf), b = _mm512_loadu_ps(leaf + 16);
            const __m512 c = _mm512_loadu_ps(leaf + 32), d = _mm512_loadu_ps(leaf + 48);
#define LOOK_UP(k)                                                                          \
    {                                                                                       \
        const __m512i x = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(place, k));        \
        const __m512 low = _mm512_permutex2var_ps(a, x, b);                                 \
        const __m512 high = _mm512_permutex2var_ps(c, x, d);                                \
        const __mmask16 upper = (__mmask16)(above >> (16 * k));                             \
        sum[k] = _mm512_add_ps(sum[k], _mm512_mask_blend_ps(upper, low, high));             \
    }
            LOOK_UP(0)
            LOOK_UP(1)
            LOOK_UP(2)
            LOOK_UP(3)
#undef LOOK_UP
        }
        for (int k = 0; k < 4; k++) _mm512_storeu_ps(sums + start + 16 * k, sum[k]);
    }
}
#endif

void quanyu_add_trees(
    const uint8_t *columns, int64_t height, const int32_t *signals, const uint8_t *bins, const float *leaves,
    int64_t trees, float *sums) {
#ifdef HAS_X86
    if (__builtin_cpu_supports("avx512bw")) {
        trees_wide(columns, height, signals, bins, leaves, trees, sums);
        return;
    }
#endif
    trees_plain(columns, height, signals, bins, leaves, trees, sums);
}
