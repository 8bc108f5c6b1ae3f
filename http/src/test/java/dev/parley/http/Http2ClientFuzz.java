package dev.parley.http;

/** The client against any frames of HTTP/2 behind a server's settings. */
public final class Http2ClientFuzz {

    private static final ClientInput CLIENT =
            new ClientInput(HttpVersion.HTTP_2, new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0});

    private Http2ClientFuzz() {}

    /** The fuzzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        CLIENT.answer(input);
    }
}
