package dev.parley.codegen;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/** Turns names of a {@code .proto} file into Java names by the usual conventions. */
final class JavaIdentifiers {
    /** Not keywords, but no type may be called so. */
    private static final Set<String> NO_TYPE_NAMES = Set.of("permits", "record", "sealed", "var", "yield");

    /** Between the words of {@code snake_case}, {@code camelCase} and an acronym: {@code HTTPRoute}. */
    private static final Pattern WORD_BREAK = Pattern.compile("_+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private JavaIdentifiers() {}

    /** {@code CreateOrder} is {@code createOrder}, {@code URLCheck} is {@code urlCheck}, {@code Import} is {@code import_}. */
    static String ofMethod(String protoName) {
        List<String> words = words(protoName);
        return legal(words.getFirst().toLowerCase(Locale.ROOT)
                + words.stream().skip(1).map(JavaIdentifiers::capitalized).collect(Collectors.joining()));
    }

    /** {@code CreateOrder} is {@code CREATE_ORDER}. */
    static String ofConstant(String protoName) {
        return legal(String.join("_", words(protoName)).toUpperCase(Locale.ROOT));
    }

    /** The name as it is, unless Java reserves it. */
    static String ofType(String protoName) {
        return NO_TYPE_NAMES.contains(protoName) ? protoName + "_" : legal(protoName);
    }

    private static List<String> words(String name) {
        List<String> words =
                WORD_BREAK.splitAsStream(name).filter(word -> !word.isEmpty()).toList();
        return words.isEmpty() ? List.of(name) : words;
    }

    private static String capitalized(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private static String legal(String name) {
        if (!Character.isJavaIdentifierStart(name.charAt(0))) {
            return "_" + name;
        }
        return SourceVersion.isKeyword(name) ? name + "_" : name;
    }
}
