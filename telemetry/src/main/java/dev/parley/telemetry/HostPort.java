package dev.parley.telemetry;

/** An authority in two; without a port that is -1. */
record HostPort(String host, int port) {

    /** Never throws: what is no {@code host:port} is a host as a whole. */
    static HostPort parse(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean bracketed = authority.startsWith("[");
        if (colon < 0 || (bracketed ? authority.indexOf(']') > colon : authority.indexOf(':') != colon)) {
            return new HostPort(bare(authority), -1);
        }
        int port = port(authority, colon + 1);
        return port < 0 ? new HostPort(authority, -1) : new HostPort(bare(authority.substring(0, colon)), port);
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(String authority, int from) {
        int length = authority.length() - from;
        if (length < 1 || length > 5) {
            return -1;
        }
        int port = 0;
        for (int i = from; i < authority.length(); i++) {
            char digit = authority.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            port = port * 10 + digit - '0';
        }
        return port > 65_535 ? -1 : port;
    }
}
