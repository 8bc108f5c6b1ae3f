package dev.parley.codegen;

import java.util.List;

/** Java source under construction: indented by four, broken at 120 columns where code can be. */
final class SourceText {
    private static final int WIDTH = 120;
    private static final String INDENT = "    ";

    private final StringBuilder text = new StringBuilder();
    private int depth;

    SourceText line(String line) {
        text.append(INDENT.repeat(depth)).append(line).append('\n');
        return this;
    }

    SourceText blank() {
        text.append('\n');
        return this;
    }

    /** A line that opens a block. */
    SourceText open(String line) {
        line(line + " {");
        depth++;
        return this;
    }

    SourceText close() {
        depth--;
        return line("}");
    }

    /** The next lines continue the one before. */
    SourceText continued(String line) {
        depth += 2;
        line(line);
        depth -= 2;
        return this;
    }

    /** {@code head(arguments)tail} in one line, or else with the arguments in a second one, or in one line each. */
    SourceText invocation(String head, List<String> arguments, String tail) {
        String joined = String.join(", ", arguments) + ")" + tail;
        if (fits(head + "(" + joined, 0)) {
            return line(head + "(" + joined);
        }
        line(head + "(");
        if (fits(joined, 2)) {
            return continued(joined);
        }
        for (String argument : arguments.subList(0, arguments.size() - 1)) {
            continued(argument + ",");
        }
        return continued(arguments.getLast() + ")" + tail);
    }

    /** A method declaration that opens its block. */
    SourceText openMethod(String head, String parameter) {
        invocation(head, List.of(parameter), " {");
        depth++;
        return this;
    }

    /** {@code target = head(arguments);}, broken between the arguments if there are some, or else before the call. */
    SourceText assignment(String target, String head, List<String> arguments) {
        if (arguments.size() > 1 && fits(target + " = " + head + "(", 0)) {
            return invocation(target + " = " + head, arguments, ";");
        }
        line(target + " =");
        depth += 2;
        invocation(head, arguments, ";");
        depth -= 2;
        return this;
    }

    /** {@code target = head.link().link();} with a line for each of several links. */
    SourceText chain(String target, String head, List<String> links) {
        if (links.size() == 1) {
            return line(target + " =").continued(head + links.getFirst() + ";");
        }
        if (fits(target + " = " + head, 0)) {
            line(target + " = " + head);
        } else {
            line(target + " =").continued(head);
        }
        links.subList(0, links.size() - 1).forEach(this::continued);
        return continued(links.getLast() + ";");
    }

    /** A Javadoc comment in one line, or in two if it does not fit. */
    SourceText javadoc(String first, String second) {
        String joined = first + " " + second;
        return javadoc(fits("/** " + joined + " */", 0) ? List.of(joined) : List.of(first, second));
    }

    /** A Javadoc comment; nothing if there are no lines. */
    SourceText javadoc(List<String> lines) {
        if (lines.size() == 1 && fits("/** " + lines.getFirst() + " */", 0)) {
            return line("/** " + lines.getFirst() + " */");
        }
        if (!lines.isEmpty()) {
            line("/**");
            lines.forEach(each -> line((" * " + each).stripTrailing()));
            line(" */");
        }
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private boolean fits(String line, int further) {
        return INDENT.length() * (depth + further) + line.length() <= WIDTH;
    }
}
