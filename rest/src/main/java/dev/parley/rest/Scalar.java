package dev.parley.rest;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A type of one text: how it is read, and what to say was expected.
 *
 * @param type the type, never a primitive
 * @param expected completes "must be"
 * @param parser throws an {@link IllegalArgumentException} or {@link DateTimeException} for a text that does not fit
 */
record Scalar<T>(Class<T> type, String expected, Function<String, ? extends T> parser) {

    private static final Map<Class<?>, Scalar<?>> KNOWN = new HashMap<>();

    static {
        add(String.class, "a text", text -> text);
        add(Integer.class, "an integer from -2147483648 to 2147483647", Integer::valueOf);
        add(Long.class, "an integer of 64 bits", Long::valueOf);
        add(BigInteger.class, "an integer", BigInteger::new);
        add(Double.class, "a number", Scalar::number);
        add(BigDecimal.class, "a number", BigDecimal::new);
        add(Boolean.class, "true or false", Scalar::truth);
        add(UUID.class, "a UUID of 36 characters", Scalar::uuid);
        add(URI.class, "a URI", URI::create);
        add(Instant.class, "a time such as 2026-01-31T12:00:00Z", Instant::parse);
        add(OffsetDateTime.class, "a time such as 2026-01-31T12:00:00+01:00", OffsetDateTime::parse);
        add(LocalDateTime.class, "a time such as 2026-01-31T12:00:00", LocalDateTime::parse);
        add(LocalDate.class, "a date such as 2026-01-31", LocalDate::parse);
        add(LocalTime.class, "a time of day such as 12:00:00", LocalTime::parse);
        add(Duration.class, "a duration such as PT15M", Duration::parse);
    }

    private static <T> void add(Class<T> type, String expected, Function<String, ? extends T> parser) {
        KNOWN.put(type, new Scalar<>(type, expected, parser));
    }

    /**
     * How a {@code type} is read: a text, a number, a boolean, a UUID, a URI, a type of {@code java.time}, or an enum by
     * its constants' names.
     *
     * @throws IllegalArgumentException for any other type
     */
    @SuppressWarnings(
            "unchecked") // add() lets only a Scalar<T> in under a Class<T>, and a primitive's wrapper is its T
    static <T> Scalar<T> of(Class<T> type) {
        Class<?> boxed = type == int.class
                ? Integer.class
                : type == long.class
                        ? Long.class
                        : type == double.class ? Double.class : type == boolean.class ? Boolean.class : type;
        Scalar<?> scalar = KNOWN.get(boxed);
        if (scalar != null) {
            return (Scalar<T>) scalar;
        }
        T[] constants = type.getEnumConstants();
        if (constants == null) {
            String known =
                    KNOWN.keySet().stream().map(Class::getSimpleName).sorted().collect(Collectors.joining(", "));
            throw new IllegalArgumentException(
                    type.getName() + " is not read from one text; read are " + known + ", and enums");
        }
        return constants(type, constants);
    }

    private static <T> Scalar<T> constants(Class<T> type, T[] constants) {
        Map<String, T> byName = new HashMap<>();
        StringBuilder names = new StringBuilder("one of ");
        for (T constant : constants) {
            String name = ((Enum<?>) constant).name();
            byName.put(name, constant);
            names.append(byName.size() == 1 ? "" : ", ").append(name);
        }
        return new Scalar<>(type, names.toString(), text -> {
            T constant = byName.get(text);
            if (constant == null) {
                throw new IllegalArgumentException(text);
            }
            return constant;
        });
    }

    /**
     * Reads a {@code text}.
     *
     * @param in where it stood: {@code path}, {@code query} or {@code header}
     * @throws ProblemException 400 that names the parameter, the value and what was expected
     */
    T parse(String in, String name, String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException | DateTimeException e) {
            String what = expected.isEmpty() ? String.valueOf(e.getMessage()) : "must be " + expected;
            throw ProblemException.field(in, name, what + ", but is " + Shown.quoted(text));
        }
    }

    /** By a parser of the user's own; its exception says what was expected, unless it is one of the JDK's. */
    static <T> T parse(String in, String name, String text, Function<String, ? extends T> parser) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw ProblemException.field(in, name, "must be a number of the right size, but is " + Shown.quoted(text));
        } catch (DateTimeException e) {
            throw ProblemException.field(in, name, "must be a date or time of ISO 8601, but is " + Shown.quoted(text));
        } catch (IllegalArgumentException e) {
            throw ProblemException.field(in, name, "is " + Shown.quoted(text) + ": " + e.getMessage());
        }
    }

    private static double number(String text) {
        // Java's own literals ("1d", "0x1p3", "NaN") are no numbers to anyone else.
        if (!text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0)) {
            throw new NumberFormatException(text);
        }
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static UUID uuid(String text) {
        if (text.length() != 36) {
            throw new IllegalArgumentException(text); // Java takes shorter groups
        }
        return UUID.fromString(text);
    }
}
