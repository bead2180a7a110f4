#ifndef CVECTORS_H
#define CVECTORS_H

#include <stdint.h>

// Rows lie in blocks of QUANYU_LANES: component 4g+k of the row in lane l stands at byte (g * lanes + l) * 4 + k of its
// block, so that one instruction adds four components of sixteen rows and no sum is ever taken across lanes.
enum { quanyu_lanes = 16 };

// Swift has no way to ask for the machine's byte products and widest registers, so these loops are C.

// Inner products of a query of signed bytes with rows of bytes kept as value + 128, each times the row's scale.
// `codes` and `out` are filled up to a whole block; `dimension` is a multiple of 4.
void quanyu_dot_blocks(
    const int8_t *_Nonnull query, const uint8_t *_Nonnull codes, const float *_Nonnull scales, int64_t count,
    int64_t dimension, float *_Nonnull out);

// The same, but only the products above a bar and their rows, ascending; returns how many. `out` and `rows` hold a whole
// block more than `count`.
int64_t quanyu_dot_above(
    const int8_t *_Nonnull query, const uint8_t *_Nonnull codes, const float *_Nonnull scales, int64_t count,
    int64_t dimension, float bar, float *_Nonnull out, int32_t *_Nonnull rows);

// Components as signed bytes; returns their scale.
float quanyu_encode(const float *_Nonnull vector, int64_t dimension, int8_t *_Nonnull out);

// The inner product of two vectors; `width` is a multiple of 16.
float quanyu_dot(const float *_Nonnull a, const float *_Nonnull b, int64_t width);

// The three below add in one order on every machine, so that what is learned is the same to the bit.

// into += weight * (random signs + own, brought to the signs' length); the signs are the 64 bits, in turn where there are more
// components.
void quanyu_add_lesson(
    uint64_t signs, const float *_Nonnull own, float weight, float *_Nonnull into, int64_t width);

// into += weight * a.
void quanyu_add(const float *_Nonnull a, float weight, float *_Nonnull into, int64_t width);

// The inner product of two vectors, `width` a multiple of 4.
float quanyu_product(const float *_Nonnull a, const float *_Nonnull b, int64_t width);

// Begins to fetch memory that is read soon.
void quanyu_prefetch(const void *_Nonnull start, int64_t bytes);

// Boosted symmetric trees of six questions and sixty-four leaves (trees.c). Every machine gives the same bits: a candidate's
// leaves are added in the order of the trees.

// How many of 63 ascending edges lie below the value of each row, as a column of bytes. The edges come in the order of the
// halvings: the middle one, then those of both halves, and so on, with one more number behind them. `stride` is in floats.
void quanyu_bins(
    const float *_Nonnull rows, int64_t stride, int64_t count, const float *_Nonnull halvings,
    uint8_t *_Nonnull column);

// Adds to the sum of each candidate its leaf of every tree. Columns have `height` bytes, a multiple of 64; the bit of a
// question is whether the bin in its column is above its own.
void quanyu_add_trees(
    const uint8_t *_Nonnull columns, int64_t height, const int32_t *_Nonnull signals, const uint8_t *_Nonnull bins,
    const float *_Nonnull leaves, int64_t trees, float *_Nonnull sums);

#endif
