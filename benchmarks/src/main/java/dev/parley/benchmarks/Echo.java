package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;

/** What every echo server does, and what every client asks it. */
final class Echo {

    /** 64 bytes of text, 68 on the wire: the size of a small real message. */
    static final EchoRequest SAMPLE = EchoRequest.newBuilder()
            .setId(42)
            .setText("order 4711: 3 x SKU-0815, 1 x SKU-1234, ship to Musterstrasse 12")
            .build();

    private Echo() {}

    /** A new message with the request's content, so that both libraries parse and serialise the same. */
    static EchoResponse answer(EchoRequest request) {
        return EchoResponse.newBuilder()
                .setId(request.getId())
                .setText(request.getText())
                .build();
    }

    /**
     * Checks that {@code response} belongs to {@code request}.
     *
     * @throws IllegalStateException if it does not
     */
    static void check(EchoRequest request, EchoResponse response) {
        if (response.getId() != request.getId() || !response.getText().equals(request.getText())) {
            throw new IllegalStateException("asked " + request + " but was answered " + response);
        }
    }
}
