package dev.parley.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.QueueStats;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Prints queues and dead letters, as a table or as a JSON object a line. */
final class QueueTable {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private static final List<String> QUEUES =
            List.of("QUEUE", "DEPTH", "DELAYED", "IN FLIGHT", "OLDEST", "REDELIVERED", "DEAD LETTERS", "CONSUMERS");
    private static final List<String> LETTERS =
            List.of("LETTER", "TOPIC", "TYPE", "ATTEMPTS", "FIRST FAILURE", "LAST FAILURE", "CAUSE");

    private static final String UNKNOWN = "unknown";

    private final PrintWriter out;
    private final boolean json;

    QueueTable(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void queues(List<QueueStats> queues) {
        if (json) {
            queues.forEach(queue -> out.println(GSON.toJson(asMap(queue))));
            return;
        }
        List<List<String>> rows = new ArrayList<>(List.of(QUEUES));
        for (QueueStats each : queues) {
            rows.add(List.of(
                    each.queue().topic()
                            + '/'
                            + each.queue().group()
                            + each.boundTo()
                                    .map(existing -> " (queue " + Plain.line(existing) + ')')
                                    .orElse(""),
                    Long.toString(each.depth()),
                    shown(each.delayed()),
                    shown(each.inFlight()),
                    each.oldestAge().map(QueueTable::age).orElse(isEmpty(each) ? "-" : UNKNOWN),
                    shown(each.redelivered()),
                    shown(each.deadLetters()),
                    shown(each.consumers())));
        }
        print(rows);
    }

    void letters(List<DeadLetter> letters) {
        if (json) {
            letters.forEach(letter -> out.println(GSON.toJson(asMap(letter))));
            return;
        }
        List<List<String>> rows = new ArrayList<>(List.of(LETTERS));
        for (DeadLetter each : letters) {
            rows.add(List.of(
                    Plain.line(each.id()),
                    Plain.line(each.topic()),
                    Plain.line(each.message().type()),
                    Integer.toString(each.attempts()),
                    each.failure().first().toString(),
                    each.failure().last().toString(),
                    Plain.line(each.failure().cause())));
        }
        print(rows);
    }

    private static Map<String, Object> asMap(QueueStats queue) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("topic", queue.queue().topic());
        map.put("group", queue.queue().group());
        map.put("depth", queue.depth());
        queue.delayed().ifPresent(value -> map.put("delayed", value));
        queue.inFlight().ifPresent(value -> map.put("inFlight", value));
        queue.oldestAge().ifPresent(value -> map.put("oldestAgeSeconds", value.toMillis() / 1000.0));
        queue.redelivered().ifPresent(value -> map.put("redelivered", value));
        queue.deadLetters().ifPresent(value -> map.put("deadLetters", value));
        queue.consumers().ifPresent(value -> map.put("consumers", value));
        queue.boundTo().ifPresent(value -> map.put("boundTo", value));
        return map;
    }

    private static Map<String, Object> asMap(DeadLetter letter) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", letter.id());
        map.put("topic", letter.topic());
        map.put("group", letter.queue().group());
        map.put("messageId", letter.message().id());
        map.put("source", letter.message().metadata().source());
        map.put("type", letter.message().type());
        map.put("bytes", letter.message().payload().length);
        map.put("position", letter.position());
        map.put("attempts", letter.attempts());
        map.put("firstFailure", letter.failure().first().toString());
        map.put("lastFailure", letter.failure().last().toString());
        map.put("code", letter.failure().code().name());
        map.put("cause", letter.failure().cause());
        letter.message().metadata().header("traceparent").ifPresent(trace -> map.put("traceparent", trace));
        return map;
    }

    private static String shown(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : UNKNOWN;
    }

    /** So that there is no oldest message. */
    private static boolean isEmpty(QueueStats queue) {
        return queue.depth() == 0 && queue.inFlight().orElse(1) == 0;
    }

    private static String age(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    private void print(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
