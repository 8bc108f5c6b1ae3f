package dev.parley.rest;

import dev.parley.Metadata;
import java.net.URI;
import java.util.Optional;

/**
 * A handler's answer with a status, and headers if need be; one that returns a plain value answers 200. Immutable but for
 * {@link #headers}.
 *
 * @param status 200 to 399; errors are {@linkplain ProblemException thrown}
 * @param headers further ones of the answer, not copied
 * @param value what is written, as a route writes a plain value; empty for none
 */
public record Reply<T>(int status, Metadata headers, Optional<T> value) {

    /**
     * Checks the status.
     *
     * @throws IllegalArgumentException that names what is wrong
     */
    public Reply {
        if (status < 200 || status > 399) {
            throw new IllegalArgumentException(
                    "status of a reply must be from 200 to 399 (throw a ProblemException for errors), but is "
                            + status);
        }
        if ((status == 204 || status == 304) && value.isPresent()) {
            throw new IllegalArgumentException("a " + status + " has no value");
        }
    }

    /** A value with this status. */
    public static <T> Reply<T> of(int status, T value) {
        return new Reply<>(status, new Metadata(), Optional.of(value));
    }

    /** This status and nothing else. */
    public static <T> Reply<T> of(int status) {
        return new Reply<>(status, new Metadata(), Optional.empty());
    }

    /** 204: done, and there is nothing to say. */
    public static <T> Reply<T> noContent() {
        return of(204);
    }

    /**
     * 201: {@code value} was made, and is found at {@code location}.
     *
     * @param location a URI or a reference relative to the request's, with its escapes
     * @throws IllegalArgumentException if {@code location} is none
     */
    public static <T> Reply<T> created(String location, T value) {
        try {
            URI.create(location);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "location must be a URI with its escapes, but is '" + location + "': " + e.getMessage(), e);
        }
        return of(201, value).with("location", location);
    }

    /** 202: begun, not done. */
    public static <T> Reply<T> accepted(T value) {
        return of(202, value);
    }

    /** With one more header. */
    public Reply<T> with(String name, String value) {
        return new Reply<>(status, new Metadata(headers).add(name, value), this.value);
    }
}
