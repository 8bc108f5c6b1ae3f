package dev.parley.rpc;

import dev.parley.Metadata;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The trailers of gRPC-Web: lines of HTTP/1.1's form as the last envelope of the body, which no browser hides. */
final class GrpcWebTrailers {

    private static final int MOST_LINES = 1000;

    private GrpcWebTrailers() {}

    /** {@code trailers} in their envelope. */
    static byte[] envelope(Metadata trailers) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(64);
        trailers.forEach((name, value) ->
                lines.writeBytes((name + ": " + value + "\r\n").getBytes(StandardCharsets.ISO_8859_1)));
        return Envelope.of(Envelope.TRAILERS, lines.toByteArray());
    }

    /**
     * What stands in an envelope; names in any case, lines that end in a line feed alone too.
     *
     * @throws dev.parley.CallException INTERNAL if a line is none
     */
    static Metadata parse(byte[] content, Side side) {
        Metadata trailers = new Metadata();
        int start = 0;
        for (int lines = 0; start < content.length; lines++) {
            int end = start;
            while (end < content.length && content[end] != '\n') {
                end++;
            }
            String line = new String(content, start, end - start, StandardCharsets.ISO_8859_1).strip();
            start = end + 1;
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            try {
                if (colon <= 0 || lines >= MOST_LINES) {
                    throw new IllegalArgumentException(
                            colon <= 0 ? "a line has no name" : "there are more than " + MOST_LINES + " lines");
                }
                trailers.add(line.substring(0, colon), line.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                throw side.brokenFraming("has malformed trailers: " + e.getMessage());
            }
        }
        return trailers;
    }
}
