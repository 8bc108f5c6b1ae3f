package dev.parley.http;

/** The client against any bytes in answer to a request over HTTP/1.1. */
public final class Http1ClientFuzz {

    private static final ClientInput CLIENT = new ClientInput(HttpVersion.HTTP_1_1, new byte[0]);

    private Http1ClientFuzz() {}

    /** The fuzzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        CLIENT.answer(input);
    }
}
