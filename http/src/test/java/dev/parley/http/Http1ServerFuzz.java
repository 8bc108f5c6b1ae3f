package dev.parley.http;

import dev.parley.tck.FuzzLog;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server against any bytes of HTTP/1.1. Whatever comes: no exception at the end of the pipeline and none in the log,
 * each request that a handler saw is answered once and in order, the handler sees whole requests only as the strict
 * reading has them (or two servers in a row could be made to disagree), and it is all the same how the bytes are split.
 */
public final class Http1ServerFuzz {

    private static final Pattern HEAD = Pattern.compile("HTTP/1\\.1 ([0-9]{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)\r\n");
    private static final Pattern SEEN = Pattern.compile("(?i)x-seen: ([0-9]+)\r\n");

    private Http1ServerFuzz() {}

    /** The fuzzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        FuzzLog.clear();
        EmbeddedServer.Outcome whole = EmbeddedServer.feed(input);
        checkAnswers(whole);
        checkRequests(whole, StrictRequests.parse(input));
        EmbeddedServer.Outcome split = EmbeddedServer.feed(split(input));
        if (!split.requests().equals(whole.requests())) {
            throw new AssertionError("split: " + split.requests() + " whole: " + whole.requests());
        }
        FuzzLog.check();
    }

    private static byte[][] split(byte[] input) {
        byte[][] parts = new byte[input.length][];
        for (int i = 0; i < input.length; i++) {
            parts[i] = new byte[] {input[i]};
        }
        return parts;
    }

    private static void checkRequests(EmbeddedServer.Outcome outcome, List<EmbeddedServer.Seen> strict) {
        List<EmbeddedServer.Seen> seen = outcome.requests();
        for (int i = 0; i < seen.size(); i++) {
            if (seen.get(i).body() == null) {
                if (i < seen.size() - 1) {
                    throw new AssertionError("a request behind one that is not whole: " + seen);
                }
            } else if (i >= strict.size() || !seen.get(i).equals(strict.get(i))) {
                throw new AssertionError("request " + i + " of " + seen + " is not as in " + strict);
            }
        }
    }

    private static void checkAnswers(EmbeddedServer.Outcome outcome) {
        String output = new String(outcome.output(), StandardCharsets.ISO_8859_1);
        if (output.startsWith("\0") || output.startsWith("\u0015")) {
            return; // frames: it was the preface of HTTP/2; or an alert: it was TLS
        }
        int at = 0;
        int answered = 0;
        boolean refused = false;
        while (at < output.length()) {
            Matcher head = HEAD.matcher(output).region(at, output.length());
            if (!head.lookingAt()) {
                throw new AssertionError("not an answer: " + output.substring(at));
            }
            at = head.end();
            if (head.group(1).equals("100")) {
                continue;
            }
            if (refused) {
                throw new AssertionError("an answer behind the last one: " + output);
            }
            Matcher length = LENGTH.matcher(head.group(2));
            Matcher number = SEEN.matcher(head.group(2));
            if (number.find()) {
                answered++;
                if (Integer.parseInt(number.group(1)) != answered) {
                    throw new AssertionError("out of order: " + output);
                }
                boolean headOnly = outcome.requests().get(answered - 1).method().equals("HEAD");
                at += length.find() && !headOnly ? Integer.parseInt(length.group(1)) : 0;
            } else {
                refused = !head.group(1).equals("200");
                if (!length.find()) {
                    throw new AssertionError("no length: " + output);
                }
                at = Math.min(output.length(), at + Integer.parseInt(length.group(1)));
            }
        }
        if (answered != outcome.requests().size() && !outcome.closed()) {
            throw new AssertionError(Arrays.asList(outcome.requests()) + " but answered " + output);
        }
    }
}
