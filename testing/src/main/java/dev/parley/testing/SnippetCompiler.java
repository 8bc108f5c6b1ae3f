package dev.parley.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Compiles a source of three parts, and forgets the classes. */
final class SnippetCompiler {

    private SnippetCompiler() {}

    /**
     * What the compiler says.
     *
     * @param line in the code, from 1; 0 if it is not there
     * @param lineAround in the source without the code, whose place is one line
     */
    record Finding(int line, int lineAround, String message) {}

    static List<Finding> errors(String before, String code, String behind) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("no compiler in " + System.getProperty("java.home") + ": a JDK is needed");
        }
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options = List.of("-proc:none", "-Xlint:none", "-cp", classPath());
        try (Forgetting files = new Forgetting(compiler.getStandardFileManager(found, null, null))) {
            compiler.getTask(null, files, found, options, null, List.of(new Source(before + code + behind)))
                    .call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int first = lines(before) + 1;
        int last = first + (int) code.lines().count() - 1;
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> {
                    int line = (int) Math.max(1, diagnostic.getLineNumber());
                    String message = diagnostic.getMessage(Locale.ENGLISH);
                    return line >= first && line <= last
                            ? new Finding(line - first + 1, 0, message)
                            : new Finding(0, line < first ? line : line - lines(code), message);
                })
                .toList();
    }

    private static int lines(String text) {
        return (int) text.chars().filter(character -> character == '\n').count();
    }

    /** Modules are read as jars: a snippet is in no module. */
    private static String classPath() {
        return Stream.of("java.class.path", "jdk.module.path")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Snippet.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        /** A public class may have any name. */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    private static final class Forgetting extends ForwardingJavaFileManager<JavaFileManager> {

        Forgetting(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(
                    URI.create("mem:///" + className.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return OutputStream.nullOutputStream();
                }
            };
        }
    }
}
