package dev.parley.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A typed parameter of a request, described once: for {@link RestRequest#get}, which reads and checks it, and for the
 * {@linkplain OpenApi document}. Immutable and thread-safe.
 *
 * <pre>{@code
 * static final Parameter<Integer> LIMIT = Parameter.query("limit", Integer.class).orElse(20).description("page size");
 *
 * Route.get("/users").parameters(LIMIT).handle(request -> users.first(request.get(LIMIT)))
 * }</pre>
 *
 * <p>Types: {@code String, Integer, Long, BigInteger, Double, BigDecimal, Boolean, UUID, URI}, an enum by its constants'
 * names, and of {@code java.time} {@code Instant, OffsetDateTime, LocalDateTime, LocalDate, LocalTime, Duration}. A
 * value that does not fit is a 400 that names the parameter, the value and what was expected.
 *
 * @param <T> what {@link RestRequest#get} returns
 */
public final class Parameter<T> {

    /** Where it stands. */
    public enum In {
        /** In the path. */
        PATH,
        /** In the query. */
        QUERY,
        /** In a header. */
        HEADER;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The most values of a {@linkplain #repeated() repeated} parameter. */
    private static final int MOST_VALUES = 1000;

    private final In in;
    private final String name;
    private final Scalar<?> scalar;
    private final boolean required;
    private final boolean isRepeated;
    private final @Nullable Object otherwise;
    private final String about;
    private final Function<List<String>, T> reader;

    private Parameter(
            In in,
            String name,
            Scalar<?> scalar,
            boolean required,
            boolean isRepeated,
            @Nullable Object otherwise,
            String about,
            Function<List<String>, T> reader) {
        this.in = in;
        this.name = name;
        this.scalar = scalar;
        this.required = required;
        this.isRepeated = isRepeated;
        this.otherwise = otherwise;
        this.about = about;
        this.reader = reader;
    }

    /** A parameter of the path, such as {@code id} of {@code /users/{id}}. */
    public static <T> Parameter<T> path(String name, Class<T> type) {
        return single(In.PATH, name, type);
    }

    /** A parameter of the query, which must be there unless it is {@link #optional}, {@link #orElse} or {@link #repeated}. */
    public static <T> Parameter<T> query(String name, Class<T> type) {
        return single(In.QUERY, name, type);
    }

    /** A header, which must be there unless it is {@link #optional}, {@link #orElse} or {@link #repeated}. */
    public static <T> Parameter<T> header(String name, Class<T> type) {
        return single(In.HEADER, name, type);
    }

    private static <T> Parameter<T> single(In in, String name, Class<T> type) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a " + in.word() + " parameter needs a name");
        }
        Scalar<T> scalar = Scalar.of(type);
        return new Parameter<>(in, name, scalar, true, false, null, "", values -> {
            if (values.isEmpty()) {
                throw ProblemException.field(in.word(), name, "is missing; it must be " + scalar.expected());
            }
            if (values.size() > 1) {
                throw ProblemException.field(
                        in.word(), name, "must stand once, but stands " + values.size() + " times");
            }
            return scalar.parse(in.word(), name, values.getFirst());
        });
    }

    /** The same, or {@code value} if it is not there. */
    public Parameter<T> orElse(T value) {
        mayBeMissing();
        return new Parameter<>(
                in,
                name,
                scalar,
                false,
                isRepeated,
                value,
                about,
                values -> values.isEmpty() ? value : reader.apply(values));
    }

    /** The same, or empty if it is not there. */
    public Parameter<Optional<T>> optional() {
        mayBeMissing();
        return new Parameter<>(
                in,
                name,
                scalar,
                false,
                isRepeated,
                null,
                about,
                values -> values.isEmpty() ? Optional.empty() : Optional.of(reader.apply(values)));
    }

    /**
     * All its values, in order: {@code tag=a&tag=b}, or {@code X-Tag: a, b}; an empty list if it is not there, at most
     * 1,000.
     */
    public Parameter<List<T>> repeated() {
        mayBeMissing();
        return new Parameter<>(in, name, scalar, false, true, null, about, values -> {
            if (values.size() > MOST_VALUES) {
                throw ProblemException.field(
                        in.word(), name, "may stand " + MOST_VALUES + " times, but stands " + values.size() + " times");
            }
            List<T> all = new ArrayList<>(values.size());
            for (String value : values) {
                all.add(reader.apply(List.of(value)));
            }
            return List.copyOf(all);
        });
    }

    /** The same with a sentence for the document. */
    public Parameter<T> description(String text) {
        return new Parameter<>(in, name, scalar, required, isRepeated, otherwise, text, reader);
    }

    private void mayBeMissing() {
        if (in == In.PATH) {
            throw new IllegalArgumentException("path parameter " + name + " is always there, and once");
        }
        if (!required) {
            throw new IllegalArgumentException(in.word() + " parameter " + name + " is optional already");
        }
    }

    T read(List<String> values) {
        return reader.apply(values);
    }

    /** Where it stands. */
    public In in() {
        return in;
    }

    /** Its name; that of a header is case-insensitive. */
    public String name() {
        return name;
    }

    Class<?> type() {
        return scalar.type();
    }

    boolean isRequired() {
        return required;
    }

    boolean isRepeated() {
        return isRepeated;
    }

    @Nullable
    Object otherwise() {
        return otherwise;
    }

    String about() {
        return about;
    }

    @Override
    public String toString() {
        return in.word() + " parameter " + name;
    }
}
