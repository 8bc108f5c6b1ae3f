package dev.parley.rpc;

import com.google.api.HttpBody;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.parley.Metadata;
import dev.parley.rpc.transcoding.Everything;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rows of {@code transcoding/table.txt}, where their form is told, and how one is held against a server. */
final class TranscodingTable {

    private static final Path FILE = Path.of("src/test/resources/transcoding/table.txt");

    private TranscodingTable() {}

    /** Whatever answers requests. */
    interface Server {
        Requests.Answer send(String method, String target, Metadata headers, byte[] body) throws Exception;
    }

    /** One row. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(
            int line,
            String method,
            String target,
            Metadata headers,
            byte[] body,
            int status,
            String called,
            String request,
            List<String> answer) {

        @Override
        public String toString() {
            return line + ": " + method + ' ' + target;
        }
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(FILE)) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    rows.add(row(number, line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static Row row(int number, String line) {
        String[] cells = line.split("\\|", -1);
        if (cells.length < 5 || cells.length > 7) {
            throw new IllegalArgumentException("row " + number + " has " + cells.length + " cells");
        }
        int space = cells[0].indexOf(' ');
        Metadata headers = new Metadata();
        for (String header : cells[1].split("~")) {
            if (!header.isBlank()) {
                int colon = header.indexOf(':');
                headers.add(
                        header.substring(0, colon).strip(),
                        header.substring(colon + 1).strip());
            }
        }
        byte[] body = body(cells[2].strip());
        if (body.length > 0 && !headers.contains("content-type")) {
            headers.add("content-type", "application/json");
        }
        List<String> answer = new ArrayList<>();
        if (cells.length > 6) {
            for (String part : cells[6].split("&&")) {
                answer.add(part.strip().replace("\\n", "\n"));
            }
        }
        return new Row(
                number,
                cells[0].substring(0, space),
                cells[0].substring(space + 1).strip(),
                headers,
                body,
                Integer.parseInt(cells[3].strip()),
                cells[4].strip(),
                cells.length > 5 ? cells[5].strip() : "",
                answer);
    }

    private static byte[] body(String text) {
        boolean gzip = text.startsWith("gzip:");
        byte[] bytes =
                text.substring(gzip ? "gzip:".length() : 0).replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
        if (!gzip) {
            return bytes;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    /** What is not as the row says; empty if all is. */
    static Optional<String> failure(Row row, Transcoding service, Server server) throws Exception {
        service.seen = Transcoding.NOTHING;
        Requests.Answer answer = server.send(row.method(), row.target(), new Metadata(row.headers()), row.body());
        Transcoding.Seen seen = service.seen;
        if (answer.status() != row.status()) {
            return Optional.of("status " + answer.status() + ": " + answer.text());
        }
        if (!seen.method().equals(row.called())) {
            return Optional.of("called " + seen.method());
        }
        if (!row.request().isEmpty() && !requests(row, seen).equals(seen.requests())) {
            return Optional.of("got " + seen.requests());
        }
        for (String part : row.answer()) {
            if (!holds(part, answer)) {
                return Optional.of(
                        "answered " + answer.headers() + " " + answer.text() + answer.trailers() + ", not " + part);
            }
        }
        return Optional.empty();
    }

    private static List<Message> requests(Row row, Transcoding.Seen seen) throws InvalidProtocolBufferException {
        JsonNode json = JsonMapper.shared().readTree(row.request());
        List<Message> requests = new ArrayList<>();
        for (JsonNode one : json.isArray() ? json : List.of(json)) {
            Message.Builder request = switch (seen.method()) {
                case "Raw", "Pass" -> HttpBody.newBuilder();
                case "Nothing" -> Empty.newBuilder();
                default -> Everything.newBuilder();
            };
            JsonFormat.parser().merge(one.toString(), request);
            requests.add(request.build());
        }
        return requests;
    }

    private static boolean holds(String part, Requests.Answer answer) {
        if (part.startsWith("@-")) {
            return !answer.headers().contains(part.substring(2));
        }
        if (part.startsWith("@trailer:")) {
            String[] header = part.substring("@trailer:".length()).split("=", 2);
            return answer.trailers().get(header[0]).orElse("").equals(header[1]);
        }
        if (part.startsWith("@")) {
            String[] header = part.substring(1).split("=", 2);
            return answer.header(header[0]).equals(header[1]);
        }
        return part.startsWith("=")
                ? answer.text().equals(part.substring(1))
                : answer.text().contains(part);
    }
}
