// What a form with files needs of GMime, without its macros and casts, which Swift doesn't see.
#include <gmime/gmime.h>

/// Reads one MIME entity (headers, empty line, content); NULL unless it is a multipart. Copies what it keeps.
static inline GMimeMultipart *quanyu_mime_multipart(const char *bytes, size_t length) {
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, FALSE);
    GMimeObject *object = g_mime_parser_construct_part(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    if (object == NULL) return NULL;
    if (GMIME_IS_MULTIPART(object)) return GMIME_MULTIPART(object);
    g_object_unref(object);
    return NULL;
}

/// How many parts it has.
static inline int quanyu_mime_count(GMimeMultipart *multipart) { return g_mime_multipart_get_count(multipart); }

/// A parameter of a part's Content-Disposition (name, filename), or NULL; lives as long as the multipart.
static inline const char *quanyu_mime_parameter(GMimeMultipart *multipart, int index, const char *name) {
    GMimeObject *part = g_mime_multipart_get_part(multipart, index);
    return part == NULL ? NULL : g_mime_object_get_content_disposition_parameter(part, name);
}

/// The content of a part as a byte array to be unreferenced, or NULL when it is no plain part.
static inline GByteArray *quanyu_mime_content(GMimeMultipart *multipart, int index) {
    GMimeObject *part = g_mime_multipart_get_part(multipart, index);
    if (part == NULL || !GMIME_IS_PART(part)) return NULL;
    GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
    if (content == NULL) return g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_stream_reset(g_mime_data_wrapper_get_stream(content));
    g_mime_data_wrapper_write_to_stream(content, stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_object_unref(stream);
    return bytes;
}

/// Gives a multipart back.
static inline void quanyu_mime_free(GMimeMultipart *multipart) { g_object_unref(multipart); }
