#ifndef CVECTORS_H
#define CVECTORS_H

#include <stdint.h>

// Rows lie in blocks of QUANYU_LANES: component 4g+k of the row in lane l stands at byte (g * lanes + l) * 4 + k of its
// block, so that one instruction adds four components of sixteen rows and no sum is ever taken across lanes.
enum { quanyu_lanes = 16 };

// Swift has no way to ask for the machine's byte products, so these two loops are C.

// Inner products of a query of signed bytes with rows of bytes kept as value + 128, each times the row's scale.
// `codes` and `out` are filled up to a whole block; `dimension` is a multiple of 4.
void quanyu_dot_blocks(
    const int8_t *_Nonnull query, const uint8_t *_Nonnull codes, const float *_Nonnull scales, int64_t count,
    int64_t dimension, float *_Nonnull out);

// The places of scores above a bar, ascending; returns how many.
int64_t quanyu_above(const float *_Nonnull scores, int64_t count, float bar, int32_t *_Nonnull places);

#endif
