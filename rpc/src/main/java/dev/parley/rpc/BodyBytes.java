package dev.parley.rpc;

import dev.parley.http.Body;
import dev.parley.http.HttpException;
import java.util.OptionalLong;

/** Reads a body that holds one message, within the limit of a message. */
final class BodyBytes {

    private BodyBytes() {}

    /** All bytes, at most {@code limit + overhead}. */
    static byte[] read(Body body, int limit, int overhead, Side side) {
        long most = (long) limit + overhead;
        OptionalLong length = body.length();
        if (length.isPresent() && length.getAsLong() > most) {
            throw side.tooLarge(length.getAsLong() - overhead, limit);
        }
        try {
            byte[] bytes = body.limit(most).readAll();
            if (bytes.length > most) {
                throw side.tooLarge(bytes.length - overhead, limit);
            }
            return bytes;
        } catch (HttpException e) {
            if (e.status() == 413) {
                throw side.largerThan(limit);
            }
            throw e;
        }
    }
}
