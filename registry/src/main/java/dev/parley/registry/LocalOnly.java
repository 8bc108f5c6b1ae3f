package dev.parley.registry;

import dev.parley.http.Exchange;
import dev.parley.http.ExchangeFilter;
import dev.parley.http.HttpResponse;
import dev.parley.http.Verdict;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/**
 * Keeps web pages away: whoever may ask this API may take any service out. A browser says by {@code Origin} or {@code
 * Sec-Fetch-Site} whose page asks, and by {@code Host} if a name was made to point here (DNS rebinding).
 *
 * @param loopback whether the server listens on the machine itself only, so that it goes by no other name
 */
record LocalOnly(boolean loopback) implements ExchangeFilter {

    @Override
    public Verdict request(Exchange exchange) {
        Optional<String> origin = exchange.requestHeader("origin");
        if (origin.isPresent() && !isOwn(origin.get(), exchange.authority())) {
            return refused("requests of web pages from elsewhere are refused: Origin is another than the registry's");
        }
        if (exchange.requestHeader("sec-fetch-site").orElse("").equals("cross-site")) {
            return refused("requests of web pages from elsewhere are refused: Sec-Fetch-Site is cross-site");
        }
        if (loopback && !isLoopback(host(exchange.authority()))) {
            return refused(
                    "this registry listens on loopback and is called by its address or localhost; Host is another");
        }
        return Verdict.proceed();
    }

    private static Verdict refused(String why) {
        return Verdict.reply(HttpResponse.text(403, why));
    }

    private static boolean isOwn(String origin, String authority) {
        return !authority.isEmpty()
                && (origin.equalsIgnoreCase("http://" + authority) || origin.equalsIgnoreCase("https://" + authority));
    }

    private static String host(String authority) {
        int colon = authority.lastIndexOf(':');
        String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
        return host.toLowerCase(Locale.ROOT);
    }

    /** HTTP/1.0 names no host. */
    private static boolean isLoopback(String host) {
        if (host.isEmpty() || host.equals("localhost") || host.endsWith(".localhost")) {
            return true;
        }
        boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
        try {
            return literal
                    && InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
