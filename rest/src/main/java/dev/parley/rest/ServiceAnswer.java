package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Method;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpResponse;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the body of a success as the type that is asked for, out of its envelope if there is one. */
record ServiceAnswer(Json json, Method method, String envelope, Type type) {

    /** The value; empty if there is no body or it is {@code null}. */
    @SuppressWarnings("unchecked") // the caller's type token says so
    <T> Optional<T> read(HttpResponse response) {
        byte[] bytes = response.body().readAll();
        if (bytes.length == 0) {
            return Optional.empty();
        }
        String contentType = response.headers().get("content-type").orElse("");
        if (!contentType.isEmpty() && !isJson(contentType)) {
            throw unexpected(response, "but with " + Excerpt.line(contentType, 80) + " in place of JSON", null);
        }
        JsonMapper mapper = json.mapper();
        try {
            JavaType wanted = mapper.constructType(type);
            Object value = envelope.isEmpty()
                    ? mapper.readValue(bytes, wanted)
                    : mapper.treeToValue(unwrapped(response, mapper.readTree(bytes)), wanted);
            return Optional.ofNullable((T) value);
        } catch (JacksonException e) {
            throw unexpected(response, wrong(e), e);
        }
    }

    /** All of the body, its envelope as well. */
    JsonNode document(HttpResponse response) {
        try {
            return json.mapper().readTree(response.body().readAll());
        } catch (JacksonException e) {
            throw unexpected(response, wrong(e), e);
        }
    }

    private @Nullable JsonNode unwrapped(HttpResponse response, JsonNode document) {
        JsonNode inner = document.path(envelope);
        if (inner.isMissingNode() || inner.isNull()) {
            if (document.hasNonNull("error")) {
                String said = ServiceProblem.parse(json, response.body().readAll())
                        .map(ServiceProblem::summary)
                        .orElse("");
                throw failed(Code.UNKNOWN, response, ", but says error" + (said.isEmpty() ? "" : ": " + said), null);
            }
            if (inner.isMissingNode()) {
                throw unexpected(response, "but without the member \"" + envelope + '"', null);
            }
            return null;
        }
        return inner;
    }

    /** The error of an answer with nothing in it where something is needed. */
    CallException empty(HttpResponse response) {
        return unexpected(response, "but without a value", null);
    }

    private static boolean isJson(String contentType) {
        int parameters = contentType.indexOf(';');
        String bare = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
        return bare.equals("application/json") || bare.endsWith("+json") || bare.equals("text/json");
    }

    // Jackson's own words quote from the body, so they stay in the cause, which never leaves the process.
    private static String wrong(JacksonException e) {
        StringBuilder field = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() != null) {
                field.append(field.isEmpty() ? "" : ".").append(step.getPropertyName());
            } else if (step.getIndex() >= 0) {
                field.append('[').append(step.getIndex()).append(']');
            }
        }
        if (e instanceof tools.jackson.databind.exc.MismatchedInputException mismatch) {
            Class<?> target = mismatch.getTargetType();
            String expected = target == null ? "" : "; expected " + word(target);
            return "but " + (field.isEmpty() ? "the body" : "field " + Excerpt.line(field.toString(), 200))
                    + " is not as expected" + expected;
        }
        return field.isEmpty()
                ? "but its body is no valid JSON"
                : "but field " + Excerpt.line(field.toString(), 200) + " cannot be read";
    }

    private static String word(Class<?> target) {
        if (Collection.class.isAssignableFrom(target) || target.isArray()) {
            return "an array";
        }
        return Map.class.isAssignableFrom(target) ? "an object" : target.getSimpleName();
    }

    ServiceException unexpected(HttpResponse response, String what, @Nullable Throwable cause) {
        return failed(Code.INTERNAL, response, ", " + what, cause);
    }

    private ServiceException failed(Code code, HttpResponse response, String what, @Nullable Throwable cause) {
        return new ServiceException(
                code,
                answered(method, response.status()) + what,
                cause,
                List.of(),
                response.headers(),
                RetryAdvice.UNSTATED,
                response.status(),
                null,
                Excerpt.of(response.body().readAll()));
    }

    /** How every message about an answer begins. */
    static String answered(Method method, int status) {
        return method.service() + ' ' + method.name() + " answered " + status;
    }
}
