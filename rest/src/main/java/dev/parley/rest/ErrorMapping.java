package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What answers an exception: the table at {@link Routes}.
 *
 * @param own by class, of the user
 * @param outer of the routes around these; asked after {@code own}
 */
record ErrorMapping(
        Map<Class<?>, Function<? super Throwable, Problem>> own,
        @Nullable ErrorMapping outer,
        Json json) {

    private static final System.Logger LOG = System.getLogger(Routes.class.getName());

    /** An error and what answers it. */
    record Answered(CallException error, HttpResponse response) {}

    ErrorMapping below(ErrorMapping around) {
        return new ErrorMapping(own, outer == null ? around : outer.below(around), json);
    }

    /** What answers {@code thrown}; a fault of this server is logged here, and only here. */
    Answered answer(Object what, Call call, Throwable thrown) {
        CallException error = translated(call, thrown);
        Problem problem = Problem.of(error);
        if (problem.status() >= 500 && error.origin() == CallException.Origin.LOCAL && hides(error, thrown)) {
            LOG.log(System.Logger.Level.ERROR, () -> what + " failed: " + error.message(), thrown);
        }
        HttpResponse response;
        try {
            response = problem.response(json);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, () -> what + ": the problem cannot be written as JSON", e);
            response = Problem.of(500).response(Json.standard());
        }
        Metadata headers = response.headers();
        ResponseEncoder.addHeaders(call.responseHeaders(), headers);
        if (error.origin() == CallException.Origin.LOCAL) {
            ResponseEncoder.addHeaders(error.metadata(), headers);
        }
        RetryAfter.write(error, headers);
        return new Answered(error, response);
    }

    private static boolean hides(CallException error, Throwable thrown) {
        return error.code() == Code.INTERNAL && (!(thrown instanceof CallException) || thrown.getCause() != null);
    }

    private CallException translated(Call call, Throwable thrown) {
        if (thrown instanceof ProblemException known) {
            return known;
        }
        Optional<CallException> cancelled = call.cancellation();
        if (cancelled.isPresent()) {
            return cancelled.get();
        }
        Function<? super Throwable, Problem> mapping = find(thrown.getClass());
        if (mapping == null) {
            return CallException.from(thrown);
        }
        try {
            return new ProblemException(mapping.apply(thrown), thrown);
        } catch (RuntimeException e) {
            e.addSuppressed(thrown);
            return CallException.from(e);
        }
    }

    private @Nullable Function<? super Throwable, Problem> find(Class<?> thrown) {
        for (ErrorMapping mapping = this; mapping != null; mapping = mapping.outer) {
            for (Class<?> type = thrown; type != null; type = type.getSuperclass()) {
                Function<? super Throwable, Problem> found = mapping.own.get(type);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
