package dev.parley.discovery;

/**
 * What a probe asks, taken apart.
 *
 * @param kind the scheme
 * @param host without brackets
 * @param port the scheme's if the URL has none
 * @param authority as it stands in the URL
 * @param rest path and query of HTTP, with a slash in front; the service of gRPC, without; empty for TCP
 */
record HealthProbeUrl(Kind kind, String host, int port, String authority, String rest) {

    private static final int LONGEST = 2048;

    /** Schemes. */
    enum Kind {
        HTTP(80),
        HTTPS(443),
        TCP(-1),
        GRPC(-1),
        GRPCS(-1);

        private final int defaultPort;

        Kind(int defaultPort) {
            this.defaultPort = defaultPort;
        }

        boolean isHttp() {
            return this == HTTP || this == HTTPS;
        }

        boolean isTls() {
            return this == HTTPS || this == GRPCS;
        }

        boolean isGrpc() {
            return this == GRPC || this == GRPCS;
        }
    }

    static HealthProbeUrl parse(String url) {
        if (url.length() > LONGEST) {
            throw wrong(url.substring(0, 100) + "...", "must not be longer than " + LONGEST + " characters");
        }
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                throw wrong(url, "must not hold spaces, control characters or what is not ASCII; escape them");
            }
        }
        int colon = url.indexOf("://");
        Kind kind = kind(url, colon);
        int end = colon + 3;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        String authority = url.substring(colon + 3, end);
        String rest = url.substring(end);
        if (authority.indexOf('@') >= 0) {
            throw wrong(url, "must not hold a user or a password");
        }
        if (rest.indexOf('#') >= 0) {
            throw wrong(url, "must have no fragment (#...)");
        }
        int portAt = portAt(authority);
        String host = portAt < 0 ? authority : authority.substring(0, portAt);
        int port = portAt < 0 ? kind.defaultPort : port(authority.substring(portAt + 1));
        boolean literal = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
        String bare = literal ? host.substring(1, host.length() - 1) : host;
        if (bare.isEmpty() || (!literal && bare.matches(".*[\\[\\]:,%].*")) || port < 1 || port > 65_535) {
            throw wrong(
                    url,
                    "must name " + (kind.isHttp() ? "a host, and a port if there is one" : "host:port")
                            + " with a port from 1 to 65535");
        }
        return new HealthProbeUrl(kind, bare, port, authority, rest(kind, url, rest));
    }

    private static String rest(Kind kind, String url, String rest) {
        if (kind.isHttp()) {
            return rest.startsWith("/") ? rest : '/' + rest;
        }
        String service = rest.startsWith("/") ? rest.substring(1) : rest;
        if (kind == Kind.TCP ? !service.isEmpty() : service.indexOf('?') >= 0) {
            throw wrong(
                    url,
                    kind == Kind.TCP
                            ? "must have nothing behind host:port"
                            : "must have nothing but a service behind host:port");
        }
        return service;
    }

    private static Kind kind(String url, int colon) {
        String scheme = colon < 0 ? "" : url.substring(0, colon);
        for (Kind each : Kind.values()) {
            if (each.name().equalsIgnoreCase(scheme)) {
                return each;
            }
        }
        throw wrong(url, "must begin with http://, https://, tcp://, grpc:// or grpcs://");
    }

    private static int portAt(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }

    private static int port(String text) {
        return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
    }

    private static IllegalArgumentException wrong(String url, String expectation) {
        return new IllegalArgumentException(
                "health check \"" + shown(url).replaceAll("[^\\x20-\\x7e]", "?") + "\" " + expectation);
    }

    /** No password, and no query, in which there may be a token. */
    private static String shown(String url) {
        int query = url.indexOf('?');
        return (query < 0 ? url : url.substring(0, query) + "?...").replaceFirst("//.*@", "//***@");
    }

    @Override
    public String toString() {
        String scheme = kind.name().toLowerCase(java.util.Locale.ROOT);
        return scheme + "://" + shown(authority + (kind.isHttp() || rest.isEmpty() ? rest : '/' + rest));
    }
}
