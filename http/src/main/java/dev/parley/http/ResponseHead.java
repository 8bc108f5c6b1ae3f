package dev.parley.http;

import dev.parley.Metadata;

/**
 * Status and headers of a response that is about to be sent; a filter may change both. What frames the body
 * (Content-Length, Transfer-Encoding) belongs to the engine, whatever a filter sets. Not thread-safe.
 */
public final class ResponseHead {

    private final Fields fields;
    private int status;

    ResponseHead(int status, Fields fields) {
        this.status = status;
        this.fields = fields;
    }

    /** The status, 200 to 599. */
    public int status() {
        return status;
    }

    /**
     * Sets another status.
     *
     * @throws IllegalArgumentException if it is not from 200 to 599, or if one of the two has no body by definition (204,
     *     304): a body would then be missing or too much
     */
    public void status(int other) {
        if (other < 200 || other > 599) {
            throw new IllegalArgumentException("status must be from 200 to 599, but is " + other);
        }
        if (other != status && (isBodiless(other) || isBodiless(status))) {
            throw new IllegalArgumentException(
                    "status " + status + " cannot become " + other + ": one of them has no body; reply instead");
        }
        status = other;
    }

    static boolean isBodiless(int status) {
        return status == 204 || status == 304;
    }

    /** The headers, to be changed in place. */
    public Metadata headers() {
        return fields.metadata();
    }
}
