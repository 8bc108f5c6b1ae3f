package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.time.Duration;
import java.util.Optional;

/** HTTP's header that says when to try again; in seconds, so rounded up. */
final class RetryAfter {

    private static final String NAME = "retry-after";

    private RetryAfter() {}

    static void write(CallException error, Metadata headers) {
        if (error.retryAdvice() instanceof RetryAdvice.After after) {
            headers.put(NAME, Long.toString(after.delay().plusMillis(999).toSeconds()));
        }
    }

    static RetryAdvice read(Metadata headers) {
        Optional<String> value = headers.get(NAME);
        if (value.isEmpty()) {
            return RetryAdvice.UNSTATED;
        }
        try {
            return RetryAdvice.after(Duration.ofSeconds(Math.max(0, Long.parseLong(value.get()))));
        } catch (NumberFormatException e) {
            return RetryAdvice.UNSTATED; // a date, which no RPC server sends
        }
    }
}
