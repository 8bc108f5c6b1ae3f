package dev.parley.cli;

import java.util.List;

/** What {@code list} and {@code describe} are about: a URL, which a schema file makes needless, and a name. */
record Target(String url, String symbol) {

    private static final String NOWHERE = "http://localhost";

    static Target of(List<String> arguments, ConnectionOptions options) {
        boolean withoutUrl = options.hasSchema()
                && (arguments.isEmpty() || !arguments.getFirst().contains("://"));
        if (withoutUrl) {
            return new Target(NOWHERE, arguments.isEmpty() ? "" : arguments.getFirst());
        }
        if (arguments.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "URL is missing, such as http://localhost:8080");
        }
        return new Target(arguments.getFirst(), arguments.size() < 2 ? "" : arguments.get(1));
    }
}
