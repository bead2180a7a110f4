#ifndef QUANYU_CICU_H
#define QUANYU_CICU_H

#include <stdint.h>

// The few services of ICU that text search needs, behind an opaque door. No type of ICU crosses it: Swift's Foundation
// ships headers of another ICU, and the two must never meet in one module.

#ifdef __cplusplus
extern "C" {
#endif

/// A word segmenter with its scratch memory. One thread at a time.
typedef struct cicu_analyzer cicu_analyzer;

/// Opens an analyzer, or returns NULL when ICU's data can't be loaded.
cicu_analyzer *cicu_open(void);

/// Closes what cicu_open returned. NULL is fine.
void cicu_close(cicu_analyzer *analyzer);

/// Folds UTF-8 text for matching: NFKC with case folding (which folds full and half width too), accents of Latin letters
/// dropped, traditional Chinese characters turned into simplified ones.
///
/// Returns the number of UTF-16 units of the folded text. When that is more than `capacity` nothing useful was
/// written: call again with more room. Returns -1 on an error of ICU; malformed UTF-8 becomes U+FFFD, never an error.
int32_t cicu_fold(cicu_analyzer *analyzer, const char *utf8, int32_t length, uint16_t *out, int32_t capacity);

/// Writes the end of every word boundary segment of `text` (offsets in UTF-16 units, rising, the last one is `length`).
///
/// Returns how many, at most `capacity`; -1 on an error of ICU.
int32_t cicu_word_ends(cicu_analyzer *analyzer, const uint16_t *text, int32_t length, int32_t *ends, int32_t capacity);

/// The toneless pinyin of one character ("v" for ü), or an empty string when it has none. Valid for ever.
/// Only after a first cicu_open.
const char *cicu_pinyin(uint16_t character);

/// The version of the ICU in use, "72.1" for example.
const char *cicu_version(void);

#ifdef __cplusplus
}
#endif

#endif
