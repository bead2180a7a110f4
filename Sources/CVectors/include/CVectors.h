#ifndef CVECTORS_H
#define CVECTORS_H
#include <stdint.h>

/// Scores of `count` vectors against a query: out[i] = scale[i] · Σ query[j]·codes[i·dimension + j].
/// `dimension` is a multiple of 16. Swift has no way to ask for the machine's byte products, so this one loop is C.
void quanyu_dot_bytes(
    const int8_t *query, const int8_t *codes, const float *scales, int64_t count, int64_t dimension, float *out);

#endif
