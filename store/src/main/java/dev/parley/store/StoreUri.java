package dev.parley.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A store's URI, taken apart. Errors never hold the URI itself: it may have a password. */
sealed interface StoreUri {

    /** The settings, those of the URI over the program's. */
    StoreOptions options();

    /** A folder, and whether a store is made where there is none. */
    record Sqlite(Path folder, boolean create, StoreOptions options) implements StoreUri {}

    record Postgres(
            String host,
            int port,
            String database,
            String user,
            @Nullable String password,
            @Nullable String schema,
            @Nullable String sslMode,
            @Nullable String sslRootCert,
            StoreOptions options)
            implements StoreUri {

        String place() {
            return "postgresql://" + host + ":" + port + "/" + database;
        }

        @Override
        public String toString() {
            return place(); // a record would tell the password
        }
    }

    Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    Set<String> SSL_MODES = Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
    Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    static StoreUri parse(String uri, StoreOptions options) {
        int colon = uri.indexOf(':');
        String scheme = colon < 0 ? "" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "sqlite" -> sqlite(uri.substring(colon + 1), options);
            case "postgresql", "postgres" -> postgres(uri.substring(colon + 1), options);
            default ->
                throw new IllegalArgumentException(
                        "a store's URI begins with sqlite: or postgresql:, but not with \"" + scheme + ":\"");
        };
    }

    private static Sqlite sqlite(String rest, StoreOptions options) {
        int mark = rest.indexOf('?');
        String path = mark < 0 ? rest : rest.substring(0, mark);
        Map<String, String> values = query(mark < 0 ? null : rest.substring(mark + 1));
        if (path.startsWith("//")) {
            if (!path.startsWith("///")) {
                throw new IllegalArgumentException(
                        "a sqlite URI has no host: write sqlite:FOLDER or sqlite:///FOLDER instead of sqlite:" + path);
            }
            path = path.substring(2);
        }
        String folder = decode(path, "the folder");
        if (folder.isBlank() || folder.startsWith(":")) {
            throw new IllegalArgumentException(
                    "a sqlite URI names a folder (databases in memory are not durable), but not \"" + folder + "\"");
        }
        StoreOptions all = common(values, options);
        String maxBytes = values.remove("maxBytes");
        if (maxBytes != null) {
            all = all.withMaxBytes(number("maxBytes", maxBytes, Long.MAX_VALUE));
        }
        boolean create = flag(values, "create", true);
        refuseRest(values, "sqlite");
        try {
            return new Sqlite(Path.of(folder), create, all);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("a sqlite URI names a folder, but not \"" + folder + "\"", e);
        }
    }

    private static Postgres postgres(String rest, StoreOptions options) {
        URI uri;
        try {
            uri = new URI("postgresql:" + rest);
        } catch (URISyntaxException e) {
            // Neither the cause nor its message: they have the whole text, the password with it.
            throw new IllegalArgumentException("a postgresql URI is malformed (" + e.getReason() + " at character "
                    + e.getIndex() + "): special characters in its user and password must be percent-encoded");
        }
        String host = uri.getHost();
        String path = uri.getRawPath();
        if (host == null || path == null || path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException(
                    "a postgresql URI is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, but its "
                            + (host == null ? "host" : "database") + " is missing or malformed");
        }
        String userInfo = uri.getRawUserInfo();
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        String user = userInfo == null ? "" : decode(colon < 0 ? userInfo : userInfo.substring(0, colon), "the user");
        if (userInfo == null || user.isEmpty()) {
            throw new IllegalArgumentException(
                    "a postgresql URI names a user: postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
        }
        String password = colon < 0 ? null : decode(userInfo.substring(colon + 1), "the password");
        Map<String, String> values = query(uri.getRawQuery());
        String schema = values.remove("schema");
        if (schema != null && !SCHEMA.matcher(schema).matches()) {
            throw wrong("schema", schema, "a name of 1 to 63 characters of a-z 0-9 _");
        }
        String sslMode = values.remove("sslmode");
        if (sslMode != null && !SSL_MODES.contains(sslMode)) {
            throw wrong(
                    "sslmode",
                    sslMode,
                    "one of " + String.join(", ", SSL_MODES.stream().sorted().toList()));
        }
        String sslRootCert = values.remove("sslrootcert");
        if (sslRootCert != null && !isReadable(sslRootCert)) {
            throw wrong("sslrootcert", sslRootCert, "a file of certification authorities that can be read");
        }
        StoreOptions all = common(values, options);
        refuseRest(values, "postgresql");
        return new Postgres(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort() < 0 ? 5432 : uri.getPort(),
                decode(path.substring(1), "the database"),
                user,
                password,
                schema,
                sslMode,
                sslRootCert,
                all);
    }

    private static boolean isReadable(String file) {
        try {
            Path path = Path.of(file);
            return Files.isRegularFile(path) && Files.isReadable(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> values = new LinkedHashMap<>();
        if (raw == null || raw.isEmpty()) {
            return values;
        }
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (equals <= 0) {
                throw new IllegalArgumentException("options of a store's URI are name=value, but one has no "
                        + (name.isEmpty() ? "name" : "value"));
            }
            if (values.put(name, decode(pair.substring(equals + 1), "option " + name)) != null) {
                throw new IllegalArgumentException("option " + name + " is there twice in a store's URI");
            }
        }
        return values;
    }

    private static StoreOptions common(Map<String, String> values, StoreOptions options) {
        StoreOptions all = options;
        String value;
        if ((value = values.remove("connections")) != null) {
            all = all.withConnections((int) number("connections", value, Integer.MAX_VALUE));
        }
        if ((value = values.remove("maxWaiting")) != null) {
            all = all.withMaxWaiting((int) number("maxWaiting", value, Integer.MAX_VALUE));
        }
        if ((value = values.remove("waitTimeout")) != null) {
            all = all.withWaitTimeout(duration("waitTimeout", value));
        }
        if ((value = values.remove("transactionTimeout")) != null) {
            all = all.withTransactionTimeout(duration("transactionTimeout", value));
        }
        if ((value = values.remove("commitTimeout")) != null) {
            all = all.withCommitTimeout(duration("commitTimeout", value));
        }
        if ((value = values.remove("connectTimeout")) != null) {
            all = all.withConnectTimeout(duration("connectTimeout", value));
        }
        return all.withMigrate(flag(values, "migrate", all.migrate()));
    }

    private static boolean flag(Map<String, String> values, String name, boolean otherwise) {
        String value = values.remove(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.equals("true") && !value.equals("false")) {
            throw wrong(name, value, "true or false");
        }
        return value.equals("true");
    }

    private static void refuseRest(Map<String, String> values, String scheme) {
        if (!values.isEmpty()) {
            // The name alone: a value may be a secret in the wrong place.
            throw new IllegalArgumentException("unknown option \""
                    + values.keySet().iterator().next() + "\" in a " + scheme
                    + " URI; known are connections, maxWaiting, waitTimeout, transactionTimeout, commitTimeout,"
                    + " connectTimeout, migrate"
                    + (scheme.equals("sqlite") ? ", maxBytes, create" : ", schema, sslmode, sslrootcert"));
        }
    }

    private static long number(String name, String value, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw wrong(name, value, "a number");
    }

    private static Duration duration(String name, String value) {
        Matcher parts = DURATION.matcher(value);
        if (!parts.matches()) {
            throw wrong(name, value, "a number with ms, s, m or h behind it");
        }
        long amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static IllegalArgumentException wrong(String name, String value, String expected) {
        return new IllegalArgumentException(
                "option " + name + " of a store's URI must be " + expected + ", but is \"" + value + "\"");
    }

    private static String decode(String raw, String what) {
        try {
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Without its text: it may be a password.
            throw new IllegalArgumentException(what + " of a store's URI has a malformed percent-encoding");
        }
    }
}
