package dev.parley.cli;

import dev.parley.Metadata;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers as one types them, and as one may show them. */
final class Headers {

    private static final Set<String> SECRET =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "www-authenticate");
    private static final List<String> SECRET_WORDS =
            List.of("token", "secret", "password", "api-key", "apikey", "session");

    private Headers() {}

    /**
     * {@code name: value} each.
     *
     * @throws CommandException that names the header that is none, and not its value
     */
    static Metadata parse(List<String> lines) {
        Metadata headers = new Metadata();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new CommandException(
                        ExitCode.USAGE, "-H must be \"name: value\", but this one has no colon behind a name");
            }
            String name = line.substring(0, colon).strip();
            try {
                headers.add(name, line.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                throw new CommandException(
                        ExitCode.USAGE, "-H \"" + Plain.line(name) + ": ...\" is no header that HTTP allows", e);
            }
        }
        return headers;
    }

    /** The value, unless its name says that it is nobody's business. */
    static String shown(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean secret = SECRET.contains(lower) || SECRET_WORDS.stream().anyMatch(lower::contains);
        return secret ? "(redacted)" : Plain.line(value);
    }
}
