package dev.parley.rpc;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An answer as its bytes say, in one line: {@code 200 grpc 0 x1}. Read with nothing of the library's own, by the letter of the
 * specifications.
 */
final class WireAnswer {

    /** One envelope. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int flags, byte[] content) {}

    private WireAnswer() {}

    static String line(HttpResponse response) {
        byte[] body = response.body().readAll();
        Metadata head = response.headers();
        String type = head.get("content-type").orElse("");
        String status = response.status() + " ";
        if (type.startsWith("application/grpc-web")) {
            return status + web(head, type.startsWith("application/grpc-web-text") ? decode(body) : body, type);
        }
        if (type.startsWith("application/grpc")) {
            Metadata trailers = response.body().trailers();
            boolean only = trailers.isEmpty();
            return status + "grpc "
                    + (only ? head : trailers).get("grpc-status").orElse("none")
                    + (only ? " only" : " x" + frames(body).size());
        }
        if (type.startsWith("application/connect+")) {
            List<Frame> frames = frames(body);
            Frame last = frames.getLast();
            return status + "stream " + (last.flags() == 2 ? code(last.content()) : "unended") + " x"
                    + (frames.size() - 1);
        }
        if (type.equals("application/json") && response.status() != 200) {
            return status
                    + JsonParser.parseString(text(body))
                            .getAsJsonObject()
                            .get("code")
                            .getAsString();
        }
        return status.trim();
    }

    private static String web(Metadata head, byte[] body, String type) {
        String name = type.startsWith("application/grpc-web-text") ? "text " : "web ";
        if (body.length == 0) {
            return name + head.get("grpc-status").orElse("none") + " only";
        }
        List<Frame> frames = frames(body);
        String trailers = text(frames.getLast().content());
        if (frames.getLast().flags() != 0x80 || !trailers.endsWith("\r\n")) {
            return name + "unended";
        }
        for (String line : trailers.split("\r\n")) {
            if (line.startsWith("grpc-status: ")) {
                return name + line.substring(13) + " x" + (frames.size() - 1);
            }
        }
        return name + "none";
    }

    private static String code(byte[] end) {
        JsonObject json = JsonParser.parseString(text(end)).getAsJsonObject();
        return json.has("error") ? json.getAsJsonObject("error").get("code").getAsString() : "ok";
    }

    /** Each piece of four characters by itself, so that padding in the middle does not matter. */
    static byte[] decode(byte[] text) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = 0; at < text.length; at += 4) {
            all.writeBytes(Base64.getDecoder().decode(new String(text, at, 4, StandardCharsets.US_ASCII)));
        }
        return all.toByteArray();
    }

    static List<Frame> frames(byte[] body) {
        List<Frame> frames = new ArrayList<>();
        ByteBuffer left = ByteBuffer.wrap(body);
        while (left.hasRemaining()) {
            int flags = left.get() & 0xff;
            byte[] content = new byte[left.getInt()];
            left.get(content);
            frames.add(new Frame(flags, content));
        }
        return frames;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
