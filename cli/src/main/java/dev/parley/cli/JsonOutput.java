package dev.parley.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.protobuf.Message;
import dev.parley.rpc.MessageJson;
import java.io.PrintWriter;

/** Prints messages as they come: a line each, or over several for people. */
final class JsonOutput {

    private static final Gson PRETTY = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .setStrictness(Strictness.LENIENT)
            .create();

    private final PrintWriter out;
    private final MessageJson json;
    private final boolean pretty;

    JsonOutput(PrintWriter out, MessageJson json, boolean pretty) {
        this.out = out;
        this.json = json;
        this.pretty = pretty;
    }

    /** Whether somebody still reads. */
    boolean print(Message message) {
        String line = json.print(message);
        out.println(pretty ? pretty(line) : line);
        return !out.checkError(); // flushes, too
    }

    static String pretty(String json) {
        return PRETTY.toJson(JsonParser.parseString(json));
    }
}
