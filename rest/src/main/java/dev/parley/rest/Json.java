package dev.parley.rest;

import dev.parley.Code;
import dev.parley.http.HttpException;
import java.lang.reflect.Type;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON (RFC 8259) to and from Java values, by Jackson. What does not fit is a 400 that names the field. Immutable and
 * thread-safe.
 */
public final class Json {

    private static final Json STANDARD = new Json(JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build());

    private final JsonMapper mapper;

    private Json(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** Unknown fields are passed over, a field that stands twice, a null for a primitive and trailing text are errors. */
    public static Json standard() {
        return STANDARD;
    }

    /** With a mapper of the user's own. */
    public static Json of(JsonMapper mapper) {
        return new Json(mapper);
    }

    /** The mapper. */
    public JsonMapper mapper() {
        return mapper;
    }

    /** A value as UTF-8. */
    public byte[] write(Object value) {
        return mapper.writeValueAsBytes(value);
    }

    /**
     * A value of {@code type}.
     *
     * @throws HttpException 400 if these bytes are no JSON or do not fit {@code type}; the message names the field
     */
    public <T> T read(byte[] bytes, Class<T> type) {
        return type.cast(read(bytes, (Type) type));
    }

    /**
     * A value of {@code type}, which may be generic.
     *
     * @throws HttpException 400 if these bytes are no JSON or do not fit {@code type}; the message names the field
     */
    public Object read(byte[] bytes, Type type) {
        try {
            return mapper.readValue(bytes, mapper.constructType(type));
        } catch (JacksonException e) {
            throw new HttpException(400, Code.INVALID_ARGUMENT, describe(e));
        }
    }

    private static String describe(JacksonException e) {
        String at = e instanceof DatabindException bind && !bind.getPath().isEmpty()
                ? "field " + bind.getPathReference() + ": "
                : "";
        return at + e.getOriginalMessage();
    }
}
