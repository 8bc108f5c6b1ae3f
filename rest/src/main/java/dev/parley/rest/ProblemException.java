package dev.parley.rest;

import dev.parley.http.HttpException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error with the {@link Problem} that answers it. A handler throws it; so does what reads a request. */
public final class ProblemException extends HttpException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** An error that {@code problem} answers. */
    public ProblemException(Problem problem) {
        this(problem, null);
    }

    /** As {@link #ProblemException(Problem)}, with a cause that stays in this process. */
    public ProblemException(Problem problem, @Nullable Throwable cause) {
        super(problem.status(), codeOf(problem.status()), message(problem), cause);
        this.problem = problem;
    }

    /** An error that is answered with {@code status} and {@code detail}. */
    public static ProblemException of(int status, String detail) {
        return new ProblemException(Problem.of(status, detail));
    }

    /** A 400 about one value of a request, told in {@code errors} as well. */
    static ProblemException field(String in, String field, String detail) {
        String name = !in.equals("body") ? in + " parameter " + field : field.isEmpty() ? "the body" : "field " + field;
        Map<String, String> error = new LinkedHashMap<>(); // in this order
        error.put("in", in);
        error.put("field", field);
        error.put("detail", detail);
        return new ProblemException(Problem.of(400, name + ' ' + detail).with("errors", List.of(error)));
    }

    /** The answer. */
    public Problem problem() {
        return problem;
    }

    /** With a header of the answer. */
    ProblemException withHeader(String name, String value) {
        metadata().put(name, value);
        return this;
    }

    private static String message(Problem problem) {
        String detail = problem.detail();
        return detail == null ? problem.title() : detail;
    }
}
