package dev.parley.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * HTTP/1.1 requests as RFC 9112 has them and no other way, in the plainest code there is: what a fuzzer's bytes are, in
 * the eyes of the strictest proxy. Stops at the first thing that is not right.
 */
final class StrictRequests {

    private final String text;
    private int at;

    private StrictRequests(byte[] bytes) {
        this.text = new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** The requests that stand whole and right at the beginning of {@code bytes}. */
    static List<EmbeddedServer.Seen> parse(byte[] bytes) {
        StrictRequests requests = new StrictRequests(bytes);
        List<EmbeddedServer.Seen> whole = new ArrayList<>();
        try {
            while (true) {
                whole.add(requests.next());
            }
        } catch (Broken end) {
            return whole;
        }
    }

    private EmbeddedServer.Seen next() {
        String line = line();
        while (line.isEmpty()) {
            line = line(); // empty lines before a request line are passed over (2.2)
        }
        String[] parts = line.split(" ", -1);
        check(parts.length == 3 && isToken(parts[0]) && isTarget(parts[1]) && parts[2].matches("HTTP/1\\.[0-9]"));
        List<String> lengths = new ArrayList<>();
        List<String> codings = new ArrayList<>();
        for (String header : headers()) {
            int colon = header.indexOf(':');
            check(colon > 0 && isToken(header.substring(0, colon)) && header.indexOf(0) < 0);
            String name = header.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = strip(header.substring(colon + 1));
            if (name.equals("content-length")) {
                lengths.add(value);
            } else if (name.equals("transfer-encoding")) {
                codings.add(value);
            }
        }
        String body = "";
        if (!codings.isEmpty()) {
            check(lengths.isEmpty() && codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"));
            body = chunks();
        } else if (!lengths.isEmpty()) {
            String length = lengths.getFirst();
            check(length.matches("[0-9]{1,9}") && lengths.stream().allMatch(length::equals));
            body = take(Integer.parseInt(length));
        }
        return new EmbeddedServer.Seen(parts[0], originForm(parts[1]), body);
    }

    /** Lines of headers, of which none is folded (5.2). */
    private List<String> headers() {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            check(line.charAt(0) != ' ' && line.charAt(0) != '\t');
            lines.add(line);
        }
        return lines;
    }

    private static boolean isTarget(String target) {
        return target.matches("\\*|/[!-\"$-~]*|(?i)https?://[!-\"$-~]*");
    }

    private static String originForm(String target) {
        if (!target.matches("(?i)https?://.*")) {
            return target;
        }
        String path = target.substring(target.indexOf("//") + 2).replaceFirst("^[^/?]*", "");
        return path.startsWith("/") ? path : "/" + path;
    }

    private String chunks() {
        StringBuilder body = new StringBuilder();
        while (true) {
            String line = line();
            int extension = line.indexOf(';');
            String size = strip(extension < 0 ? line : line.substring(0, extension));
            check(size.matches("[0-9a-fA-F]{1,7}"));
            int bytes = Integer.parseInt(size, 16);
            if (bytes == 0) {
                while (!line().isEmpty()) {
                    // Whatever trailers say, they do not move the end.
                }
                return body.toString();
            }
            body.append(take(bytes));
            check(take(2).equals("\r\n"));
        }
    }

    private String take(int bytes) {
        check(bytes <= text.length() - at);
        at += bytes;
        return text.substring(at - bytes, at);
    }

    private String line() {
        int end = text.indexOf("\r\n", at);
        check(end >= 0);
        String line = text.substring(at, end);
        check(line.indexOf('\r') < 0 && line.indexOf('\n') < 0);
        at = end + 2;
        return line;
    }

    private static String strip(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && (value.charAt(from) == ' ' || value.charAt(from) == '\t')) {
            from++;
        }
        while (to > from && (value.charAt(to - 1) == ' ' || value.charAt(to - 1) == '\t')) {
            to--;
        }
        return value.substring(from, to);
    }

    private static boolean isToken(String text) {
        return text.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    }

    private static void check(boolean right) {
        if (!right) {
            throw new Broken();
        }
    }
}
