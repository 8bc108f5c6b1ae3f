package dev.parley.http;

import dev.parley.Metadata;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lets pages of other origins call a server from a browser: a filter that answers preflights and says in every response who
 * may read it. {@code HttpServer.builder().filters(List.of(Cors.origins("https://shop.example")))}. Without it a server says
 * nothing, and browsers refuse.
 *
 * <p>It is no protection of the server: a request without a preflight is handled whoever sends it, only its response is
 * hidden. Access to private networks is never granted. Immutable and thread-safe; each method returns another one.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch, 3.2: CORS</a>
 */
public final class Cors implements ExchangeFilter {

    private static final String ORIGIN = "origin";
    private static final String ALLOW_ORIGIN = "access-control-allow-origin";
    private static final String REQUEST_METHOD = "access-control-request-method";
    private static final String REQUEST_HEADERS = "access-control-request-headers";
    private static final int MOST_REQUESTED = 64;

    /** No origins: any. */
    private final Set<String> origins;

    private final Set<String> methods;
    private final Set<String> allowed;
    private final boolean anyHeader;
    private final Set<String> exposed;
    private final boolean credentials;
    private final Duration maxAge;

    private Cors(
            Set<String> origins,
            Set<String> methods,
            Set<String> allowed,
            boolean anyHeader,
            Set<String> exposed,
            boolean credentials,
            Duration maxAge) {
        this.origins = Set.copyOf(origins);
        this.methods = new TreeSet<>(methods);
        this.allowed = new TreeSet<>(allowed);
        this.anyHeader = anyHeader;
        this.exposed = new TreeSet<>(exposed);
        this.credentials = credentials;
        this.maxAge = maxAge;
    }

    /**
     * For pages of these origins, such as {@code https://shop.example} or {@code http://localhost:5173}. Allowed are GET, HEAD,
     * POST, PUT, PATCH and DELETE with the header Content-Type; what a preflight says holds for two hours; no credentials.
     *
     * @throws IllegalArgumentException if there is none, or one is not scheme, host and port alone
     */
    public static Cors origins(String... allowed) {
        if (allowed.length == 0) {
            throw new IllegalArgumentException("at least one origin is needed; Cors.anyOrigin() is for any");
        }
        Set<String> checked = new TreeSet<>();
        for (String origin : allowed) {
            checked.add(checkedOrigin(origin));
        }
        return of(checked);
    }

    /** As {@link #origins}, for pages of any origin: for what is public. Never with credentials. */
    public static Cors anyOrigin() {
        return of(Set.of());
    }

    private static Cors of(Set<String> origins) {
        return new Cors(
                origins,
                Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
                Set.of("content-type"),
                false,
                Set.of(),
                false,
                Duration.ofHours(2));
    }

    private static String checkedOrigin(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        try {
            URI uri = new URI(lower);
            String whole = uri.getScheme() + "://" + uri.getRawAuthority();
            if (uri.getHost() != null && uri.getRawUserInfo() == null && whole.equals(lower)) {
                return lower;
            }
        } catch (URISyntaxException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "an origin is scheme, host and port alone, such as https://shop.example, but this is \"" + origin
                        + '"');
    }

    /** With requests that have these headers, too: {@code authorization}, or those of one's own. */
    public Cors allowHeaders(Collection<String> names) {
        return new Cors(origins, methods, joined(allowed, names), anyHeader, exposed, credentials, maxAge);
    }

    /** With requests that have any header. */
    public Cors allowAnyHeader() {
        return new Cors(origins, methods, allowed, true, exposed, credentials, maxAge);
    }

    /** With these headers of responses shown to pages, too. */
    public Cors exposeHeaders(Collection<String> names) {
        return new Cors(origins, methods, allowed, anyHeader, joined(exposed, names), credentials, maxAge);
    }

    /** With these methods and no others. */
    public Cors methods(Collection<String> names) {
        return new Cors(origins, Set.copyOf(names), allowed, anyHeader, exposed, credentials, maxAge);
    }

    /** How long a browser may keep the answer to a preflight; it may have a limit of its own. Two hours. */
    public Cors maxAge(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("maxAge must not be negative, but is " + time);
        }
        return new Cors(origins, methods, allowed, anyHeader, exposed, credentials, time);
    }

    /**
     * With cookies and other credentials of the browser.
     *
     * @throws IllegalStateException for any origin: every page could act as its visitor
     */
    public Cors credentials() {
        if (origins.isEmpty()) {
            throw new IllegalStateException("credentials are allowed to listed origins only; use Cors.origins(...)");
        }
        return new Cors(origins, methods, allowed, anyHeader, exposed, true, maxAge);
    }

    private static Set<String> joined(Set<String> names, Collection<String> more) {
        Set<String> all = new TreeSet<>(names);
        for (String name : more) {
            Metadata.of(name, ""); // throws if it is no header's
            all.add(name.toLowerCase(Locale.ROOT));
        }
        return all;
    }

    @Override
    public Verdict request(Exchange exchange) {
        boolean preflight = exchange.method().equals("OPTIONS")
                && exchange.requestHeader(ORIGIN).isPresent()
                && exchange.requestHeader(REQUEST_METHOD).isPresent();
        return preflight ? Verdict.reply(preflight(exchange)) : Verdict.proceed();
    }

    private HttpResponse preflight(Exchange exchange) {
        String origin = exchange.requestHeader(ORIGIN).orElse("");
        String method = exchange.requestHeader(REQUEST_METHOD).orElse("");
        HttpResponse answer;
        if (!isAllowed(origin)) {
            answer = HttpResponse.text(403, "pages of this origin are not allowed here");
        } else if (!methods.contains(method)) {
            answer = HttpResponse.text(403, "this method is not allowed to pages; allowed are " + methods);
        } else {
            answer = HttpResponse.of(204);
            answer.headers().add("access-control-allow-methods", String.join(", ", methods));
            Set<String> headers = new TreeSet<>(allowed);
            if (anyHeader) {
                headers.addAll(requested(exchange.requestHeader(REQUEST_HEADERS).orElse("")));
            }
            answer.headers().add("access-control-allow-headers", String.join(", ", headers));
            answer.headers().add("access-control-max-age", Long.toString(maxAge.toSeconds()));
        }
        answer.headers().add("vary", REQUEST_METHOD + ", " + REQUEST_HEADERS);
        sayWho(origin, answer.headers()); // a filter is not asked about its own reply
        return answer;
    }

    private static Set<String> requested(String list) {
        Set<String> names = new TreeSet<>();
        for (String name : list.split(",", MOST_REQUESTED)) {
            String trimmed = name.trim().toLowerCase(Locale.ROOT);
            if (trimmed.matches("[a-z0-9!#$%&'*+.^_`|~-]{1,100}")) {
                names.add(trimmed);
            }
        }
        return names;
    }

    @Override
    public Verdict.OfResponse response(Exchange exchange, ResponseHead response) {
        sayWho(exchange.requestHeader(ORIGIN).orElse(""), response.headers());
        return Verdict.proceed();
    }

    private void sayWho(String origin, Metadata headers) {
        if (!origins.isEmpty()) {
            headers.add("vary", ORIGIN);
        }
        if (!origin.isEmpty() && isAllowed(origin)) {
            headers.put(ALLOW_ORIGIN, origins.isEmpty() ? "*" : origin);
            if (credentials) {
                headers.put("access-control-allow-credentials", "true");
            }
            if (!exposed.isEmpty()) {
                headers.put("access-control-expose-headers", String.join(", ", exposed));
            }
        }
    }

    private boolean isAllowed(String origin) {
        return origins.isEmpty() || origins.contains(origin.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return "Cors" + (origins.isEmpty() ? List.of("any origin") : List.copyOf(origins));
    }
}
