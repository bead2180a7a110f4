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

// Inner products of a vector with some rows of a table, which are fetched ahead of time.
void quanyu_dot_rows(
    const float *_Nonnull vector, const float *_Nonnull table, const int32_t *_Nonnull rows, int64_t count,
    int64_t width, float *_Nonnull out);

// Begins to fetch memory that is read soon.
void quanyu_prefetch(const void *_Nonnull start, int64_t bytes);

#endif
