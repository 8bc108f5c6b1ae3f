package dev.parley.codegen;

import java.util.ArrayList;
import java.util.List;

/** Turns a comment of a {@code .proto} file into the lines of a Javadoc comment. */
final class Javadoc {
    private Javadoc() {}

    /** Escaped lines; a blank line becomes the start of a paragraph. Empty for a blank comment. */
    static List<String> lines(String comment) {
        List<String> lines = new ArrayList<>();
        boolean paragraph = false;
        for (String raw : comment.stripTrailing().stripIndent().strip().lines().toList()) {
            String line = escape(raw.stripTrailing());
            if (line.isEmpty()) {
                paragraph = !lines.isEmpty();
            } else if (paragraph) {
                lines.add("");
                lines.add("<p>" + line.stripLeading());
                paragraph = false;
            } else {
                lines.add(line);
            }
        }
        return lines;
    }

    /** Keeps text from ending the comment and from being read as a tag, an entity or a Unicode escape. */
    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("@", "&#64;")
                .replace("\\", "&#92;")
                .replace("*/", "*&#47;");
    }
}
