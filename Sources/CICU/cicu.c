#include "CICU.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>
#include <unicode/uversion.h>

enum { HAN_FIRST = 0x3400, HAN_LAST = 0x9FFF, HAN_COUNT = HAN_LAST - HAN_FIRST + 1, PINYIN_WIDTH = 8 };

struct cicu_analyzer {
    UBreakIterator *words;
    UChar *scratch;
    int32_t scratch_capacity;
};

// Both foldings are context free in ICU's data for practical purposes, so they are asked for once per character and then
// read from a table: the transliterator itself costs microseconds per character.
static UChar fold_table[0x10000];
static char pinyin_table[HAN_COUNT][PINYIN_WIDTH];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;
static int tables_ready = 0;
static char version_text[U_MAX_VERSION_STRING_LENGTH];

// Runs one transliterator over all Han characters, one a line. The caller frees the answer.
static UChar *transliterate_han(const char *id, int32_t *length) {
    UErrorCode status = U_ZERO_ERROR;
    UChar name[64];
    u_uastrcpy(name, id);
    UTransliterator *transliterator = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_FAILURE(status)) return NULL;
    int32_t capacity = HAN_COUNT * 16;
    UChar *text = malloc(sizeof(UChar) * (size_t)capacity);
    if (text == NULL) {
        utrans_close(transliterator);
        return NULL;
    }
    int32_t used = 0;
    for (int32_t c = HAN_FIRST; c <= HAN_LAST; c++) {
        text[used++] = (UChar)c;
        text[used++] = '\n';
    }
    int32_t limit = used;
    utrans_transUChars(transliterator, text, &used, capacity, 0, &limit, &status);
    utrans_close(transliterator);
    if (U_FAILURE(status)) {
        free(text);
        return NULL;
    }
    *length = used;
    return text;
}

static int load_simplified(void) {
    int32_t length = 0;
    UChar *text = transliterate_han("Traditional-Simplified", &length);
    if (text == NULL) return 0;
    int32_t at = 0;
    for (int32_t c = HAN_FIRST; c <= HAN_LAST && at < length; c++) {
        int32_t end = at;
        while (end < length && text[end] != '\n') end++;
        if (end - at == 1) fold_table[c] = text[at];
        at = end + 1;
    }
    free(text);
    return 1;
}

static int load_pinyin(void) {
    int32_t length = 0;
    UChar *text = transliterate_han("Han-Latin; NFD", &length);
    if (text == NULL) return 0;
    int32_t at = 0;
    for (int32_t c = HAN_FIRST; c <= HAN_LAST && at < length; c++) {
        int32_t end = at, out = 0, plain = 1;
        char *entry = pinyin_table[c - HAN_FIRST];
        while (end < length && text[end] != '\n') {
            UChar unit = text[end++];
            if (unit >= 'a' && unit <= 'z' && out < PINYIN_WIDTH - 1) entry[out++] = (char)unit;
            else if (unit == 0x0308 && out > 0) entry[out - 1] = 'v';
            else if (unit < 0x0300 || unit > 0x036F) plain = 0;
        }
        entry[plain ? out : 0] = 0;
        at = end + 1;
    }
    free(text);
    return 1;
}

static void load_accents(void) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    if (U_FAILURE(status)) return;
    for (int32_t c = 0xC0; c < 0x1F00; c++) {
        if (c == 0x250) c = 0x1E00;
        UChar decomposed[8];
        UErrorCode local = U_ZERO_ERROR;
        int32_t length = unorm2_getDecomposition(nfd, c, decomposed, 8, &local);
        if (U_SUCCESS(local) && length > 1 && decomposed[0] < 0x80) fold_table[c] = decomposed[0];
    }
}

static void load_tables(void) {
    for (int32_t c = 0; c < 0x10000; c++) fold_table[c] = (UChar)c;
    UVersionInfo version;
    u_getVersion(version);
    u_versionToString(version, version_text);
    load_accents();
    fold_table[0x2019] = 0x27; // a typographic apostrophe is an apostrophe
    tables_ready = load_simplified() && load_pinyin();
}

cicu_analyzer *cicu_open(void) {
    pthread_once(&tables_once, load_tables);
    if (!tables_ready) return NULL;
    cicu_analyzer *analyzer = calloc(1, sizeof *analyzer);
    if (analyzer == NULL) return NULL;
    UErrorCode status = U_ZERO_ERROR;
    analyzer->words = ubrk_open(UBRK_WORD, "zh", NULL, 0, &status);
    if (U_FAILURE(status)) {
        free(analyzer);
        return NULL;
    }
    return analyzer;
}

void cicu_close(cicu_analyzer *analyzer) {
    if (analyzer == NULL) return;
    ubrk_close(analyzer->words);
    free(analyzer->scratch);
    free(analyzer);
}

static int reserve_scratch(cicu_analyzer *analyzer, int32_t capacity) {
    if (capacity <= analyzer->scratch_capacity) return 1;
    UChar *bigger = realloc(analyzer->scratch, sizeof(UChar) * (size_t)capacity);
    if (bigger == NULL) return 0;
    analyzer->scratch = bigger;
    analyzer->scratch_capacity = capacity;
    return 1;
}

int32_t cicu_fold(cicu_analyzer *analyzer, const char *utf8, int32_t length, uint16_t *out, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *folder = unorm2_getNFKCCasefoldInstance(&status);
    // UTF-16 never needs more units than UTF-8 needs bytes.
    if (U_FAILURE(status) || !reserve_scratch(analyzer, length + 1)) return -1;
    int32_t units = 0;
    u_strFromUTF8WithSub(analyzer->scratch, analyzer->scratch_capacity, &units, utf8, length, 0xFFFD, NULL, &status);
    if (U_FAILURE(status)) return -1;
    int32_t folded = unorm2_normalize(folder, analyzer->scratch, units, (UChar *)out, capacity, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) return folded;
    if (U_FAILURE(status)) return -1;
    for (int32_t i = 0; i < folded; i++) out[i] = fold_table[out[i]];
    return folded;
}

int32_t cicu_word_ends(cicu_analyzer *analyzer, const uint16_t *text, int32_t length, int32_t *ends, int32_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    ubrk_setText(analyzer->words, (const UChar *)text, length, &status);
    if (U_FAILURE(status)) return -1;
    int32_t count = 0;
    ubrk_first(analyzer->words);
    for (int32_t end = ubrk_next(analyzer->words); end != UBRK_DONE && count < capacity;
         end = ubrk_next(analyzer->words)) {
        ends[count++] = end;
    }
    return count;
}

const char *cicu_pinyin(uint16_t character) {
    if (character < HAN_FIRST || character > HAN_LAST) return "";
    return pinyin_table[character - HAN_FIRST];
}

const char *cicu_version(void) { return version_text; }
