package dev.parley.rpc;

import com.google.api.HttpRule;
import dev.parley.CallException;
import dev.parley.rpc.transcoding.TranscodingService;
import dev.parley.tck.FuzzLog;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * REST by {@code google.api.http} against any request: paths, queries, bodies, streams of JSON. Whatever comes: an answer, and
 * nothing in the log; an error is a problem. A first line {@code TEMPLATE text} is a template instead, which is refused or
 * read as it is written.
 */
public final class RestFuzz {

    private static final Requests REQUESTS = new Requests(RpcHandler.builder()
            .service(TranscodingService.DEFINITION, new Transcoding())
            .maxMessageBytes(2000)
            .build());
    private static final Route<?, ?> ROUTE = Route.of(
            TranscodingService.DEFINITION.bindings().getFirst(), new Transcoding(), Route.InFront.NOTHING, 2000);

    private RestFuzz() {}

    /** The fuzzer's entry. The first line is method and target. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        FuzzText text = FuzzText.parse(input);
        int space = text.first().indexOf(' ');
        if (space <= 0 || space == text.first().length() - 1) {
            return;
        }
        String method = text.first().substring(0, space);
        String target = text.first().substring(space + 1);
        if (method.equals("TEMPLATE")) {
            template(target);
            return;
        }
        if (target.contains("/watch") && target.matches(".*(wait|[0-9]{3}).*")) {
            return; // a stream that takes its time because it was asked to
        }
        FuzzLog.clear();
        Requests.Answer answer;
        try {
            answer = REQUESTS.send(method, target, text.headers(), text.body());
        } catch (CallException broken) {
            return; // HTTP's server breaks the answer off
        }
        FuzzLog.check();
        // With 200 it is what the caller has sent, under the name that it gave it: a google.api.HttpBody that is sent
        // back.
        if (answer.status() >= 400 && answer.header("content-type").equals("application/problem+json")) {
            try {
                JsonMapper.shared().readTree(answer.body());
            } catch (JacksonException e) {
                throw new AssertionError("a problem that is no JSON: " + answer.text(), e);
            }
        }
    }

    private static void template(String text) {
        PathTemplate template;
        try {
            template = PathTemplate.parse(text);
        } catch (IllegalArgumentException refused) {
            if (!String.valueOf(refused.getMessage()).startsWith("path template ")) {
                throw refused;
            }
            return;
        }
        if (!PathTemplate.parse(template.toString()).equals(template)) {
            throw new AssertionError(text + " is written as " + template);
        }
        try {
            RestRouter router = new RestRouter();
            RestBinding.of(ROUTE, HttpRule.newBuilder().setGet(text).build()).forEach(router::add);
        } catch (IllegalArgumentException noSuchField) {
            // told at the start
        }
    }
}
