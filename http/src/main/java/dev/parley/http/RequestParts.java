package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request line is made of, checked before anybody makes something of it: HTTP/2 carries a space or a line break in
 * {@code :path} that the next server's HTTP/1.1 would take for the end of it. What is escaped stays so: whoever decodes a
 * path does it after cutting it.
 */
final class RequestParts {

    private RequestParts() {}

    /** Where a request goes. */
    record Where(String authority, String target) {}

    /**
     * Authority and path of a request. The absolute form of HTTP/1.1 names both, and then Host does not count (RFC 9112,
     * 3.2.2).
     *
     * @throws HttpException 400 or 501 if it cannot be passed on
     */
    static Where check(String method, String authority, String target) {
        checkMethod(method);
        boolean options = method.equals("OPTIONS");
        String host = authority;
        String path = target;
        int schemeEnd = schemeEnd(target);
        if (schemeEnd > 0) {
            int slash = target.length();
            for (int i = schemeEnd; i < target.length(); i++) {
                char c = target.charAt(i);
                if (c == '/' || c == '?' || c == '#') {
                    slash = i;
                    break;
                }
            }
            host = target.substring(schemeEnd, slash);
            if (host.isEmpty()) {
                throw bad("the target names no host (RFC 9110, 4.2.1)");
            }
            path = slash == target.length()
                    ? options ? "*" : "/" // RFC 9112, 3.2.4
                    : target.charAt(slash) == '/' ? target.substring(slash) : "/" + target.substring(slash);
        }
        if (path.equals("*") && !options) {
            throw bad("the target * is for OPTIONS only (RFC 9112, 3.2.4)");
        }
        String wrong = wrongTarget(path);
        if (wrong != null) {
            throw bad("the target " + wrong);
        }
        wrong = wrongAuthority(host);
        if (wrong != null) {
            throw bad("the authority " + wrong);
        }
        return new Where(host, path);
    }

    /**
     * Requests for other protocols are not ours to answer or to pass on.
     *
     * @throws HttpException 400 if it is another than those of HTTP
     */
    static void checkScheme(String scheme) {
        if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
            throw bad("the scheme must be http or https, but is " + quoted(scheme));
        }
    }

    /**
     * The values of Expect.
     *
     * @throws HttpException 417 if there is another than {@code 100-continue} (RFC 9110, 10.1.1)
     */
    static void checkExpect(List<String> values) {
        for (String value : values) {
            if (!isContinue(value)) {
                throw new HttpException(
                        417,
                        Code.FAILED_PRECONDITION,
                        "Expect can be 100-continue and nothing else, but is " + quoted(value));
            }
        }
    }

    static boolean isContinue(String expect) {
        return expect.equalsIgnoreCase("100-continue");
    }

    /** As much of what a client said as an answer should repeat. */
    private static String quoted(String text) {
        return '"' + (text.length() > 100 ? text.substring(0, 100) + "..." : text) + '"';
    }

    private static int schemeEnd(String target) {
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        return target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    }

    private static void checkMethod(String method) {
        if (!isToken(method)) {
            throw bad("the method holds a character that no token may");
        }
        if (method.equals("CONNECT")) {
            throw new HttpException(501, Code.UNIMPLEMENTED, "CONNECT is not supported");
        }
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean token = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!token && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * The request line that a client is to send: one with a line break in it would be two requests.
     *
     * @throws CallException INVALID_ARGUMENT if it cannot be sent
     */
    static void checkSent(HttpRequest request) {
        String method = request.method();
        if (!isToken(method) || method.equals("CONNECT")) {
            throw unsent("the method must be a token (RFC 9110, 9.1) other than CONNECT, but is " + quoted(method));
        }
        String target = request.target();
        String wrong = target.equals("*") && !method.equals("OPTIONS")
                ? "is * though the method is not OPTIONS"
                : wrongTarget(target);
        if (wrong != null) {
            throw unsent("the target " + wrong + ": " + quoted(target));
        }
    }

    private static CallException unsent(String message) {
        return new CallException(
                Code.INVALID_ARGUMENT,
                message,
                null,
                List.of(),
                new Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER);
    }

    /** What is wrong with a path and query; null if nothing is. */
    static @Nullable String wrongTarget(String target) {
        if (target.equals("*")) {
            return null;
        }
        if (target.isEmpty() || target.charAt(0) != '/') {
            return "does not start with a slash";
        }
        return holdsOther(target, "#");
    }

    /** What is wrong with an authority, which may be empty; null if nothing is. */
    static @Nullable String wrongAuthority(String authority) {
        return holdsOther(authority, "/?#@,\\");
    }

    private static @Nullable String holdsOther(String text, String forbidden) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || (!forbidden.isEmpty() && forbidden.indexOf(c) >= 0)) {
                return String.format("holds U+%04X at index %d", (int) c, i);
            }
        }
        return null;
    }

    private static HttpException bad(String message) {
        return new HttpException(400, Code.INVALID_ARGUMENT, message);
    }
}
