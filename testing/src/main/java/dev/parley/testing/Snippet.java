package dev.parley.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A piece of Java in a document, so that a test can hold it against the code that it is about: an example that nobody compiles is wrong
 * soon.
 *
 * <pre>{@code
 * String around = """
 *         import java.time.Duration;
 *         class Example {
 *             void run() throws Exception {
 *                 $snippet
 *             }
 *         }
 *         """;
 * for (Snippet snippet : Snippet.in(Path.of("README.md"))) {
 *     assertThat(snippet.errors(around)).isEmpty();
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param file the document
 * @param line where the piece's first line stands in it, from 1
 * @param code its lines, without what the document puts in front of them
 */
public record Snippet(Path file, int line, String code) {

    /** What {@link #errors} puts the code in place of. */
    public static final String PLACE = "$snippet";

    // CommonMark 0.31, section 4.5; a fence inside a list or a quotation is not seen.
    private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}|~{3,}) *([^`\\s]*)[^`]*");
    private static final Pattern JAVADOC_START = Pattern.compile("\\s*\\* ?<pre>\\{@code");
    private static final Pattern JAVADOC_END = Pattern.compile("\\s*\\* ?}</pre>");
    private static final Pattern JAVADOC_MARGIN = Pattern.compile("^\\s*\\* ?");

    /** Checks the line. */
    public Snippet {
        if (line < 1) {
            throw new IllegalArgumentException("line must be 1 or more, but is " + line);
        }
    }

    /**
     * Reads the Java of a document, in its order: of Markdown ({@code .md}) the fenced blocks whose language is {@code java}, of a source
     * ({@code .java}) the {@code pre} elements that hold one {@code code} tag, as in the Javadoc of this class: beginning and end alone on
     * their lines, an asterisk in front of each line.
     *
     * @throws IOException if it cannot be read as UTF-8
     * @throws IllegalArgumentException if it is neither, or if a piece has no end
     */
    public static List<Snippet> in(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".md")) {
            return markdown(file, Files.readAllLines(file));
        }
        if (name.endsWith(".java")) {
            return javadoc(file, Files.readAllLines(file));
        }
        throw new IllegalArgumentException("a document must end in .md or .java, but is " + file);
    }

    /**
     * Compiles the code with what a reader would have around it, against the class path (and module path) of this process.
     *
     * @param around a source file with {@link #PLACE} where the code goes; {@code $snippet} alone if the code is a source file
     * @return what the compiler says, 100 errors at most; empty if it compiles. An error in the code names the line of the document, one
     *     in what stands around it the line there
     * @throws IllegalArgumentException if the place is not in there exactly once
     * @throws IllegalStateException if this is no JDK but a runtime without a compiler
     */
    public List<String> errors(String around) {
        int place = around.indexOf(PLACE);
        if (place < 0 || around.indexOf(PLACE, place + 1) >= 0) {
            throw new IllegalArgumentException("around must contain " + PLACE + " exactly once, but is:\n" + around);
        }
        String before = around.substring(0, place);
        return SnippetCompiler.errors(before, code, around.substring(place + PLACE.length())).stream()
                .map(error -> error.line() == 0
                        ? "around " + this + ", line " + error.lineAround() + ": " + error.message()
                        : file + ":" + (line + error.line() - 1) + ": " + error.message())
                .toList();
    }

    /** The document and the line, as compilers name it. */
    @Override
    public String toString() {
        return file + ":" + line;
    }

    private static List<Snippet> markdown(Path file, List<String> lines) {
        List<Snippet> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                continue;
            }
            String mark = fence.group(1);
            Pattern end = Pattern.compile(" {0,3}" + Pattern.quote(mark) + mark.charAt(0) + "*\\s*");
            int last = end(file, lines, i, end);
            if (fence.group(2).equals("java")) {
                found.add(snippet(file, lines, i, last, null));
            }
            i = last;
        }
        return List.copyOf(found);
    }

    private static List<Snippet> javadoc(Path file, List<String> lines) {
        List<Snippet> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (JAVADOC_START.matcher(lines.get(i)).matches()) {
                int last = end(file, lines, i, JAVADOC_END);
                found.add(snippet(file, lines, i, last, JAVADOC_MARGIN));
                i = last;
            }
        }
        return List.copyOf(found);
    }

    private static int end(Path file, List<String> lines, int start, Pattern end) {
        for (int i = start + 1; i < lines.size(); i++) {
            if (end.matcher(lines.get(i)).matches()) {
                return i;
            }
        }
        throw new IllegalArgumentException(file + ":" + (start + 1) + ": the piece that begins here has no end");
    }

    private static Snippet snippet(Path file, List<String> lines, int start, int end, @Nullable Pattern margin) {
        StringBuilder code = new StringBuilder();
        for (String line : lines.subList(start + 1, end)) {
            code.append(margin == null ? line : margin.matcher(line).replaceFirst(""))
                    .append('\n');
        }
        return new Snippet(file, start + 2, code.toString());
    }
}
