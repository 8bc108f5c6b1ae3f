package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;

/** Where an authority points to. */
record Authority(String host, int port) {

    /**
     * {@code host}, {@code host:port} or {@code [v6]:port}.
     *
     * @throws CallException {@code INVALID_ARGUMENT} for anything else
     */
    static Authority parse(String authority, int defaultPort) {
        int bracket = authority.lastIndexOf(']');
        int colon = authority.indexOf(':', Math.max(0, bracket));
        String host = colon < 0 ? authority : authority.substring(0, colon);
        int port = colon < 0 ? defaultPort : port(authority, colon + 1);
        boolean literal = bracket > 1 && host.charAt(0) == '[' && bracket == host.length() - 1;
        if (port < 1 || host.isEmpty() || !(literal || bracket < 0)) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "authority '" + authority + "' is not host:port with a port from 1 to 65535");
        }
        return new Authority(host, port);
    }

    private static int port(String authority, int from) {
        if (from == authority.length() || authority.length() - from > 5) {
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
