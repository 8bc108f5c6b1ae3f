package dev.parley.messaging;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** JSON by Jackson. */
final class JsonPayload<T> implements PayloadCodec<T> {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Class<T> type;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    JsonPayload(Class<T> type) {
        this.type = type;
        this.reader = JSON.readerFor(type);
        this.writer = JSON.writerFor(type);
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public byte[] encode(T payload) {
        try {
            return writer.writeValueAsBytes(payload);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "a payload of %s cannot be written as JSON: %s".formatted(type.getName(), e.getOriginalMessage()),
                    e);
        }
    }

    @Override
    public T decode(byte[] payload, String contentType) {
        T value;
        try {
            value = reader.readValue(payload);
        } catch (JacksonException e) {
            // Without the source, which quotes from the payload.
            throw new IllegalArgumentException(
                    "a payload of %d bytes is no JSON of %s: %s"
                            .formatted(payload.length, type.getName(), e.getOriginalMessage()),
                    e);
        }
        if (value == null) {
            throw new IllegalArgumentException("a payload is JSON null instead of " + type.getName());
        }
        return value;
    }
}
