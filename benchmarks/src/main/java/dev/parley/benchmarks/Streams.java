package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;

/** What every stream server does, and what every client asks it. */
final class Streams {

    /** 100 bytes on the wire. */
    static final EchoRequest SAMPLE = EchoRequest.newBuilder()
            .setId(42)
            .setText("0123456789abcdef".repeat(6))
            .build();

    private Streams() {}

    /** A new message for each, so that both libraries serialise the same. */
    static EchoResponse message() {
        return Echo.answer(SAMPLE);
    }
}
