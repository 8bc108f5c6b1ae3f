package dev.parley.discovery.etcd;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Waits for a change of some keys. */
final class EtcdWatch {

    /** A longer message tells of so many changes that it need not be read. */
    private static final int MOST_LINE = 1 << 20;

    private final EtcdApi api;
    private final KeyRange keys;
    private final long revision;

    EtcdWatch(EtcdApi api, KeyRange keys, long revision) {
        this.api = api;
        this.keys = keys;
        this.revision = revision;
    }

    /**
     * Returns once there may be something new behind the revision: a change, a compaction that has swallowed what was between, a
     * registry that has been reset to before it; or once {@code wait} is over.
     */
    void await(Duration wait) throws Exception {
        ObjectNode request = EtcdApi.object();
        keys.addTo(request.putObject("create_request")).put("start_revision", Long.toString(revision + 1));
        try {
            api.ask("watch", request, wait, this::follow);
        } catch (CallException e) {
            // The end of the wait; a registry that has died meanwhile is found out by the question behind it.
            if (e.code() != Code.DEADLINE_EXCEEDED) {
                throw e;
            }
        }
    }

    private boolean follow(HttpResponse response, String endpoint) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (Messages<byte[]> chunks = EtcdApi.chunks(response)) {
            byte[] chunk;
            while ((chunk = chunks.receive()) != null) {
                int from = 0;
                for (int i = 0; i < chunk.length; i++) {
                    if (chunk[i] == '\n') {
                        line.write(chunk, from, i - from);
                        from = i + 1;
                        if (isNews(line.toByteArray(), endpoint)) {
                            return true;
                        }
                        line.reset();
                    }
                }
                line.write(chunk, from, chunk.length - from);
                if (line.size() > MOST_LINE) {
                    return true;
                }
            }
        }
        throw new IOException("etcd at " + endpoint + " has ended a watch");
    }

    private boolean isNews(byte[] line, String endpoint) throws IOException {
        JsonNode message = EtcdApi.message(line, endpoint);
        if (message.has("error")) {
            throw EtcdApi.error(message.path("error"), endpoint);
        }
        JsonNode result = message.path("result");
        if (result.path("canceled").asBoolean(false)) {
            if (result.path("compact_revision").asLong(0) > 0) {
                return true;
            }
            String reason = result.path("cancel_reason").asString("no reason");
            String told = "etcd at " + endpoint + " refuses a watch: " + reason;
            if (reason.contains("auth token") || reason.contains("user name is empty")) {
                throw new EtcdApi.LoginNeededException(told);
            }
            throw new IOException(told);
        }
        long reached = result.path("header").path("revision").asLong(Long.MAX_VALUE);
        return reached < revision || !result.path("events").isEmpty();
    }
}
