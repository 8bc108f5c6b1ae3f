package dev.parley.rest;

import dev.parley.http.HttpException;
import java.lang.reflect.Type;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * JSON (RFC 8259) to and from Java values, by Jackson. What does not fit is a 400 that names the field. Immutable and
 * thread-safe. A named module opens the package of its records to {@code tools.jackson.databind}.
 */
public final class Json {

    private static final Json STANDARD = new Json(JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build());

    private static final Json STRICT = new Json(STANDARD.mapper
            .rebuild()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    texts -> texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .annotationIntrospector(AnnotationIntrospector.pair(
                    STANDARD.mapper.deserializationConfig().getAnnotationIntrospector(), new NullnessIntrospector()))
            .build());

    private final JsonMapper mapper;

    private Json(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** Unknown fields are passed over, a field that stands twice, a null for a primitive and trailing text are errors. */
    public static Json standard() {
        return STANDARD;
    }

    /**
     * As {@link #standard()}, for what is asked of a server: a field that is not known is an error, and so is one that is
     * missing or null though it must be there, and a value that would have to be converted, such as {@code "1"} for 1.
     * There must be what JSpecify says is not null: a primitive, and in {@code @NullMarked} code all that is neither
     * {@code @Nullable} nor an {@code Optional}.
     */
    public static Json strict() {
        return STRICT;
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
     * @throws HttpException 400, a {@link ProblemException}, if these bytes are no JSON, or null, or do not fit {@code
     *     type}; it names the field, what it is and what was expected
     */
    public <T> T read(byte[] bytes, Class<T> type) {
        return type.cast(read(bytes, (Type) type));
    }

    /**
     * A value of {@code type}, which may be generic.
     *
     * @throws HttpException 400, a {@link ProblemException}, if these bytes are no JSON, or null, or do not fit {@code
     *     type}; it names the field, what it is and what was expected
     */
    public Object read(byte[] bytes, Type type) {
        try (JsonParser parser = mapper.createParser(bytes)) {
            try {
                Object value = mapper.readValue(parser, mapper.constructType(type));
                if (value == null) {
                    throw ProblemException.field("body", "", "must not be null");
                }
                return value;
            } catch (JacksonException e) {
                throw JsonFault.of(e, parser); // while it still stands at what is wrong
            }
        } catch (JacksonIOException e) {
            // No parser is made for what begins like UTF-16 or UTF-32 of an odd kind.
            throw ProblemException.field("body", "", "must be JSON in UTF-8: " + e.getOriginalMessage());
        }
    }
}
