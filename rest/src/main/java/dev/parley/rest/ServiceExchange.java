package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import dev.parley.http.RetryAfter;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/** The end of a service client's chain: one attempt, whose answer is read whole; what is no success is thrown. */
final class ServiceExchange implements Handler<HttpRequest, HttpResponse> {

    private static final int ERROR_MOST = 64 << 10;

    private final ServiceSettings settings;
    private final Handler<HttpRequest, HttpResponse> transport;

    ServiceExchange(ServiceSettings settings, Handler<HttpRequest, HttpResponse> transport) {
        this.settings = settings;
        this.transport = transport;
    }

    @Override
    public HttpResponse handle(Call call, HttpRequest request) throws Exception {
        HttpResponse response = transport(call, request);
        boolean read = false;
        try {
            call.responseHeaders().addAll(response.headers());
            if (response.status() >= 300) {
                throw failure(call, response);
            }
            byte[] bytes = body(call, response);
            read = true;
            return new HttpResponse(response.status(), response.headers(), Body.of(bytes));
        } finally {
            if (!read) {
                response.body().close();
            }
        }
    }

    private HttpResponse transport(Call call, HttpRequest request) throws Exception {
        Metadata headers = new Metadata(call.requestHeaders());
        request.headers().forEach((name, value) -> {
            if (!headers.contains(name)) {
                headers.add(name, value);
            }
        });
        headers.put(RequestTimeout.HEADER, RequestTimeout.of(call.deadline()));
        HttpRequest sent = new HttpRequest(
                request.method(), request.scheme(), request.authority(), request.target(), headers, request.body());
        try {
            return transport.handle(call, sent);
        } catch (CallException e) {
            throw named(call, e);
        }
    }

    private byte[] body(Call call, HttpResponse response) {
        Metadata headers = response.headers();
        Optional<String> encoding = headers.get("content-encoding").filter(coding -> !coding.equals("identity"));
        if (encoding.isPresent()) {
            throw new ServiceException(
                    Code.INTERNAL,
                    ServiceAnswer.answered(call.method(), response.status())
                            + ", but with content-encoding " + Excerpt.line(encoding.get(), 40)
                            + ", which was not asked for",
                    null,
                    List.of(),
                    headers,
                    RetryAdvice.UNSTATED,
                    response.status(),
                    null,
                    "");
        }
        try {
            return response.body().limit(settings.maxResponseBytes()).readAll();
        } catch (HttpException e) {
            throw e.status() == 413 ? tooLarge(call, e) : named(call, e);
        } catch (CallException e) {
            throw named(call, e);
        }
    }

    // Not the 413 of the body: that is for a request of ours that is too large.
    private CallException tooLarge(Call call, CallException cause) {
        return new CallException(
                Code.RESOURCE_EXHAUSTED,
                call.method().service() + ' ' + call.method().name() + " answered with more than the limit of "
                        + settings.maxResponseBytes() + " bytes (maxResponseBytes)",
                cause,
                List.of(),
                new Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER);
    }

    /** An error of the transport with the name of what was called, unless it says so or is the end of the call. */
    private static CallException named(Call call, CallException error) {
        if (error.message().contains(call.method().fullName())
                || call.cancellation().isPresent()) {
            return error;
        }
        return new CallException(
                error.code(),
                call.method().service() + ' ' + call.method().name() + " failed: " + error.message(),
                error,
                error.details(),
                error.metadata(),
                error.origin(),
                error.retryAdvice());
    }

    private ServiceException failure(Call call, HttpResponse response) {
        int status = response.status();
        byte[] bytes = beginning(call, response.body());
        ServiceProblem problem = ServiceProblem.parse(settings.json(), bytes).orElse(null);
        String said = status < 400 ? redirect(response.headers()) : problem == null ? "" : problem.summary();
        return new ServiceException(
                code(call, status, Optional.ofNullable(problem)),
                ServiceAnswer.answered(call.method(), status) + (said.isEmpty() ? "" : ": " + said),
                null,
                List.of(),
                response.headers(),
                advice(call, status, response.headers()),
                status,
                problem,
                Excerpt.of(bytes));
    }

    /** What has come of the body of an error: the status counts even if the rest of it does not come. */
    private static byte[] beginning(Call call, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Messages<byte[]> chunks = body.chunks()) {
            byte[] chunk = chunks.receive();
            while (chunk != null && bytes.size() < ERROR_MOST) {
                bytes.write(chunk, 0, Math.min(chunk.length, ERROR_MOST - bytes.size()));
                chunk = chunks.receive();
            }
        } catch (CallException e) {
            call.cancellation().ifPresent(reason -> {
                throw reason;
            });
        }
        return bytes.toByteArray();
    }

    private static Code code(Call call, int status, Optional<ServiceProblem> problem) {
        Optional<Code> named = problem.flatMap(ServiceProblem::code)
                .filter(code -> HttpException.statusOf(new CallException(code, "")) == status);
        // To create what exists; any other conflict is one with somebody else's work.
        Code usual = status == 409 && call.method().name().startsWith("POST ")
                ? Code.ALREADY_EXISTS
                : HttpException.codeOf(status);
        return named.orElse(usual);
    }

    private static RetryAdvice advice(Call call, int status, Metadata headers) {
        if (status < 400) {
            return RetryAdvice.NEVER;
        }
        RetryAdvice stated = RetryAfter.read(headers);
        if (!stated.equals(RetryAdvice.UNSTATED)) {
            return stated;
        }
        return switch (status) {
            case 408, 425, 429, 502, 503, 504 -> RetryAdvice.SAFE;
            case 413, 414, 431 -> RetryAdvice.NEVER;
            case 500 -> call.method().isIdempotent() ? RetryAdvice.SAFE : RetryAdvice.UNSTATED;
            default -> RetryAdvice.UNSTATED;
        };
    }

    /** Where to, without path and query, which may hold a token. */
    private static String redirect(Metadata headers) {
        Optional<String> location = headers.get("location");
        if (location.isEmpty()) {
            return "neither a success nor an error";
        }
        String host;
        try {
            String named = new URI(location.get()).getHost();
            host = named == null ? "another path of the same host" : "host " + named;
        } catch (URISyntaxException e) {
            host = "a malformed location";
        }
        return "a redirect to " + host + ", which is not followed; is the base URL right?";
    }
}
