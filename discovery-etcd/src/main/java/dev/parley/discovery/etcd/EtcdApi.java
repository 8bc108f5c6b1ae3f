package dev.parley.discovery.etcd;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.discovery.RegistryOptions;
import dev.parley.http.Body;
import dev.parley.http.ClientLimits;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * etcd's v3 API in JSON, as its gRPC gateway speaks it, on the member that answered last. Logs in when it has to. Thread-safe.
 */
final class EtcdApi implements AutoCloseable {

    static final JsonMapper JSON = JsonMapper.shared();

    private static final long MOST_ANSWER = 16L << 20;
    private static final int MOST_ERROR = 64 << 10;

    private final EtcdSettings settings;
    private final RegistryOptions options;
    private final HttpClient http;
    private volatile int preferred;
    private volatile @Nullable String token;

    EtcdApi(EtcdSettings settings, RegistryOptions options) {
        this.settings = settings;
        this.options = options;
        // A watch is silent for as long as it waits, and has a connection of its own.
        ClientLimits limits = ClientLimits.defaults()
                .withConnections(4_096, 1, 10_000)
                .withReadTimeout(options.maxWait().plus(options.answerTimeout()));
        this.http = HttpClient.create(limits, settings.tls());
    }

    /** Reads an answer whose status is 200. */
    interface Reader<T> {
        T read(HttpResponse response, String endpoint) throws Exception;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Asks once, and once more behind a login if etcd wants one.
     *
     * @throws CallException if etcd cannot be asked, or refuses
     * @throws IOException if it answers what etcd does not
     */
    JsonNode post(String path, ObjectNode body) throws Exception {
        return ask(path, body, options.answerTimeout(), (response, endpoint) ->
                object(response.body().limit(MOST_ANSWER).readAll(), endpoint));
    }

    /** As {@link #post}, of an answer that goes on; {@code read} is to follow it for {@code limit} at most. */
    <T> T ask(String path, ObjectNode body, Duration limit, Reader<T> read) throws Exception {
        if (settings.login().isPresent() && token == null) {
            logIn();
        }
        String used = token;
        try {
            return anywhere(path, body, limit, used, read);
        } catch (LoginNeededException e) {
            if (settings.login().isEmpty()) {
                throw new CallException(
                        Code.UNAUTHENTICATED,
                        e.getMessage() + "; set ETCDCTL_USER and ETCDCTL_PASSWORD in the environment",
                        e);
            }
            logIn();
            return anywhere(path, body, limit, token, read);
        }
    }

    /** etcd does not know who asks. */
    static final class LoginNeededException extends CallException {
        private static final long serialVersionUID = 1;

        LoginNeededException(String message) {
            super(Code.UNAUTHENTICATED, message);
        }
    }

    private void logIn() throws Exception {
        EtcdSettings.Login login = settings.login().orElseThrow();
        ObjectNode body = object().put("name", login.user()).put("password", login.password());
        try {
            JsonNode answer = anywhere("auth/authenticate", body, options.answerTimeout(), null, (response, endpoint) ->
                    object(response.body().limit(MOST_ANSWER).readAll(), endpoint));
            token = answer.path("token").asString("");
        } catch (CallException e) {
            // etcd's answer to a login when it asks nobody for one.
            if (e.code() == Code.FAILED_PRECONDITION) {
                token = "";
                return;
            }
            // Its answer to a wrong password.
            if (e.code() == Code.INVALID_ARGUMENT) {
                throw new CallException(
                        Code.UNAUTHENTICATED, "user " + login.user() + " of ETCDCTL_USER: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    private <T> T anywhere(String path, ObjectNode body, Duration limit, @Nullable String auth, Reader<T> read)
            throws Exception {
        byte[] bytes = JSON.writeValueAsBytes(body);
        List<String> endpoints = settings.endpoints();
        for (int left = endpoints.size(); ; left--) {
            int index = preferred;
            try {
                return exchange(endpoints.get(index), path, bytes, limit, auth, read);
            } catch (CallException e) {
                boolean unreachable = e.code() == Code.UNAVAILABLE || e.code() == Code.DEADLINE_EXCEEDED;
                if (unreachable) {
                    preferred = (index + 1) % endpoints.size();
                }
                if (!unreachable || left == 1 || !e.retryAdvice().equals(RetryAdvice.NEVER_LEFT)) {
                    throw e;
                }
            }
        }
    }

    private <T> T exchange(
            String endpoint, String path, byte[] body, Duration limit, @Nullable String auth, Reader<T> read)
            throws Exception {
        Metadata headers = Metadata.of("content-type", "application/json");
        if (auth != null && !auth.isEmpty()) {
            headers.put("authorization", auth);
        }
        HttpRequest request = new HttpRequest(
                "POST", settings.secure() ? "https" : "http", endpoint, "/v3/" + path, headers, Body.of(body));
        CallScope call = CallScope.builder(Method.unary("etcd", path))
                .deadline(Deadline.after(limit, options.timer()))
                .build()
                .armDeadline(options.timer());
        try {
            // Over HTTP/2 the port without TLS takes gRPC only.
            HttpResponse response = http.over(HttpVersion.HTTP_1_1).handle(call, request);
            if (response.status() != 200) {
                throw refused(response, endpoint);
            }
            T value = read.read(response, endpoint);
            call.cancel(new CallException(Code.CANCELLED, "what was wanted has been read"));
            call.end(Outcome.OK);
            return value;
        } catch (Exception thrown) {
            CallException error = CallException.from(thrown);
            call.cancel(error);
            call.end(Outcome.failed(error));
            if (thrown instanceof CallException known && known.getCause() instanceof InterruptedException) {
                throw new InterruptedException("interrupted while etcd was asked");
            }
            throw thrown;
        }
    }

    private static JsonNode object(byte[] bytes, String endpoint) throws IOException {
        try {
            JsonNode answer = JSON.readTree(bytes);
            if (answer != null && answer.isObject()) {
                return answer;
            }
        } catch (JacksonException e) {
            throw new IOException("etcd at " + endpoint + " answers what is no JSON: " + e.getOriginalMessage(), e);
        }
        throw new IOException("etcd at " + endpoint + " answers what is no JSON object");
    }

    /** What a status other than 200 means. */
    private static Exception refused(HttpResponse response, String endpoint) throws IOException {
        JsonNode error;
        try {
            error = object(response.body().limit(MOST_ERROR).readAll(), endpoint);
        } catch (IOException e) {
            return new IOException("what is at " + endpoint + " answers with status " + response.status()
                    + " and no error of etcd; expected etcd 3.4 or later with its gRPC gateway", e);
        }
        return error(error, endpoint);
    }

    /** An error as the gateway writes it, of an answer or within a stream. */
    static CallException error(JsonNode error, String endpoint) {
        int number = error.path("code").asInt(error.path("grpc_code").asInt(Code.UNKNOWN.number()));
        String said = error.path("message").asString(error.path("error").asString("an error without words"));
        String message = "etcd at " + endpoint + ": " + said;
        if (number == Code.UNAUTHENTICATED.number() || said.contains("user name is empty")) {
            return new LoginNeededException(message);
        }
        return new CallException(
                Code.ofNumber(number).orElse(Code.UNKNOWN),
                message,
                null,
                List.of(),
                new Metadata(),
                CallException.Origin.REMOTE,
                RetryAdvice.UNSTATED);
    }

    /** The messages of a stream, one a line. */
    static JsonNode message(byte[] line, String endpoint) throws IOException {
        return object(line, endpoint);
    }

    /** A body's chunks, for as long as they come. */
    static Messages<byte[]> chunks(HttpResponse response) {
        return response.body().limit(Long.MAX_VALUE).chunks();
    }

    @Override
    public void close() {
        http.close();
    }
}
