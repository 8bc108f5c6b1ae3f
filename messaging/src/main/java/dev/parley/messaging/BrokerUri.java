package dev.parley.messaging;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a broker is: {@code amqp://user:password@127.0.0.1:5672/vhost?exchange=orders}, {@code kafka://a:9092,b:9092}, {@code
 * sqlite:/var/lib/shop}. Immutable; {@link #toString} holds no secret.
 */
public final class BrokerUri {

    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");
    private static final Pattern SECRET =
            Pattern.compile("([?&][^=&]*(?:token|passw|secret|key|auth|cred)[^=&]*=)[^&]*", Pattern.CASE_INSENSITIVE);
    // A URL in an option may have a user, too.
    private static final Pattern USER_IN_OPTION = Pattern.compile(
            "([?&][^=&]*=[a-z][a-z0-9+.-]*(?::|%3a)(?:/|%2f){2})[^&]*(?:@|%40)", Pattern.CASE_INSENSITIVE);

    // Between the slashes and what ends it, if there is no user.
    private static final Pattern AUTHORITY = Pattern.compile("//([^/?#@]*)(?=[/?#])");
    private static final Pattern NO_PORT = Pattern.compile(":(?![0-9]{1,5}(?:,|$))");
    private static final Pattern ANY_SCHEME =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:(?=/)|[a-z][a-z0-9+.-]*:(?=[^@]*:)");

    private final String text;
    private final String scheme;
    private final Optional<String> user;
    private final Optional<String> password;
    private final List<String> hosts;
    private final String path;
    private final Map<String, String> parameters;

    private BrokerUri(
            String text,
            String scheme,
            String userInfo,
            List<String> hosts,
            String path,
            Map<String, String> parameters) {
        this.text = text;
        this.scheme = scheme;
        int colon = userInfo.indexOf(':');
        String name = colon < 0 ? userInfo : userInfo.substring(0, colon);
        this.user = name.isEmpty() ? Optional.empty() : Optional.of(decoded(text, name));
        this.password = colon < 0 ? Optional.empty() : Optional.of(decoded(text, userInfo.substring(colon + 1)));
        this.hosts = List.copyOf(hosts);
        this.path = path;
        this.parameters = Collections.unmodifiableMap(parameters);
    }

    /**
     * Reads {@code scheme:path?options} or {@code scheme://user:password@host:port,host:port/path?options}.
     *
     * @throws IllegalArgumentException if it is neither; the message holds no secret
     */
    public static BrokerUri parse(String uri) {
        int colon = uri.indexOf(':');
        if (colon < 1 || !SCHEME.matcher(uri.substring(0, colon)).matches()) {
            throw new IllegalArgumentException(
                    "a broker's URI must begin with its scheme, such as memory: or amqp://127.0.0.1:5672, but is \""
                            + shown(uri) + '"');
        }
        String scheme = uri.substring(0, colon);
        String rest = uri.substring(colon + 1);
        if (hasBareUser(rest)) {
            throw new IllegalArgumentException(
                    "user and password of \"" + shown(uri) + "\" must have / as %2F, ? as %3F and # as %23");
        }
        int query = rest.indexOf('?');
        Map<String, String> parameters = query < 0 ? Map.of() : parameters(uri, rest.substring(query + 1));
        String place = query < 0 ? rest : rest.substring(0, query);
        if (!place.startsWith("//")) {
            return new BrokerUri(uri, scheme, "", List.of(), decoded(uri, place), parameters);
        }
        int slash = place.indexOf('/', 2);
        String authority = slash < 0 ? place.substring(2) : place.substring(2, slash);
        String path = slash < 0 ? "" : decoded(uri, place.substring(slash + 1));
        int at = authority.lastIndexOf('@');
        List<String> hosts = new ArrayList<>();
        for (String host : authority.substring(at + 1).split(",", -1)) {
            if (!host.isEmpty()) {
                hosts.add(checkedHost(uri, host));
            }
        }
        return new BrokerUri(uri, scheme, at < 0 ? "" : authority.substring(0, at), hosts, path, parameters);
    }

    /** Which kind of broker; lower case. */
    public String scheme() {
        return scheme;
    }

    /** Who connects. */
    public Optional<String> user() {
        return user;
    }

    /** A secret: never to be logged, nor put into an error. */
    public Optional<String> password() {
        return password;
    }

    /** The servers, each {@code host} or {@code host:port}, as given. */
    public List<String> hosts() {
        return hosts;
    }

    /** What follows the servers' slash, or the scheme's colon; decoded. */
    public String path() {
        return path;
    }

    /** An option, if it is given; decoded. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** All of the URI as it was given, with its secrets: for a library that reads it itself. */
    public String text() {
        return text;
    }

    /**
     * Refuses options that are not known.
     *
     * @throws IllegalArgumentException naming the first unknown one and all known ones
     */
    public void checkParameters(Set<String> known) {
        for (String name : parameters.keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("option \"%s\" of %s is unknown; known: %s"
                        .formatted(name, this, known.stream().sorted().toList()));
            }
        }
    }

    /**
     * An option that is a whole number.
     *
     * @param fallback if it is not given
     * @throws IllegalArgumentException if it is no number of {@code min} to {@code max}
     */
    public long number(String name, long min, long max, long fallback) {
        String given = parameters.get(name);
        if (given == null) {
            return fallback;
        }
        if (given.matches("[0-9]{1,15}")) {
            long value = Long.parseLong(given);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s of %s must be a number of %d to %d, but is \"%s\"".formatted(name, this, min, max, given));
    }

    /**
     * An option that is a time: a number and {@code s}, {@code m}, {@code h} or {@code d}.
     *
     * @param maxDays how long it may be
     * @param fallback if it is not given
     * @throws IllegalArgumentException if it is no such time, or too long
     */
    public Duration duration(String name, int maxDays, Duration fallback) {
        String given = parameters.get(name);
        if (given == null) {
            return fallback;
        }
        Matcher matcher = DURATION.matcher(given);
        if (matcher.matches()) {
            long count = Long.parseLong(matcher.group(1));
            Duration value = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
            if (value.compareTo(Duration.ofDays(maxDays)) <= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s of %s must be a time such as 30s, 15m, 12h or 7d, at most %dd, but is \"%s\""
                        .formatted(name, this, maxDays, given));
    }

    private static String checkedHost(String uri, String host) {
        int colon = host.endsWith("]") ? -1 : host.lastIndexOf(':');
        if (colon >= 0) {
            String port = host.substring(colon + 1);
            if (colon == 0
                    || !port.matches("[0-9]{1,5}")
                    || Integer.parseInt(port) < 1
                    || Integer.parseInt(port) > 65_535) {
                throw new IllegalArgumentException(
                        "\"%s\" in %s must be a host and a port of 1 to 65535".formatted(host, shown(uri)));
            }
        }
        return host;
    }

    private static Map<String, String> parameters(String uri, String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String each : query.split("&", -1)) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("option \"%s\" of \"%s\" must be name=value"
                        .formatted(shown('?' + each).substring(1), shown(uri)));
            }
            String name = decoded(uri, each.substring(0, equals));
            if (parameters.put(name, decoded(uri, each.substring(equals + 1))) != null) {
                throw new IllegalArgumentException("option " + name + " of \"" + shown(uri) + "\" is given twice");
            }
        }
        return parameters;
    }

    private static String decoded(String uri, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a % in \"" + shown(uri) + "\" must be followed by two hexadecimal digits", e);
        }
    }

    /** Whether behind the slashes is the begin of a password that has a delimiter in it as it is: {@code //user:a/b@host}. */
    private static boolean hasBareUser(String rest) {
        Matcher authority = AUTHORITY.matcher(rest);
        return authority.lookingAt()
                && rest.indexOf('@', authority.end()) >= 0
                && NO_PORT.matcher(authority.group(1)).find();
    }

    /** Without users and passwords, and the values of options whose names sound like secrets. */
    private static String shown(String uri) {
        String hidden = SECRET.matcher(uri).replaceAll("$1***");
        hidden = USER_IN_OPTION.matcher(hidden).replaceAll("$1***@");
        Matcher scheme = ANY_SCHEME.matcher(hidden);
        int begin = scheme.lookingAt() ? scheme.end() : 0;
        String rest = hidden.substring(begin);
        int query = rest.indexOf('?');
        int at = rest.lastIndexOf('@', query < 0 || hasBareUser(rest) ? rest.length() : query);
        if (at < 0 || isPath(rest.substring(0, at))) {
            return hidden;
        }
        int slashes = rest.startsWith("//") ? 2 : 0;
        return hidden.substring(0, begin + slashes) + "***" + rest.substring(at);
    }

    /** Whether what stands in front of an @ is a folder's name rather than a user: {@code sqlite:/srv/shop@home}. */
    private static boolean isPath(String text) {
        return !text.startsWith("//") && (text.startsWith("/") || text.startsWith(".")) && text.indexOf(':') < 0;
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return shown(text);
    }
}
