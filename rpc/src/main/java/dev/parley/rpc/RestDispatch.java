package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All that {@code google.api.http} binds: finds the binding of a request and answers it, or says why there is none. */
final class RestDispatch {

    private final RestRouter router;
    private final JsonCodec json;
    private final Problem problem;
    private final boolean streams;
    private final int compressAbove;

    RestDispatch(RestRouter router, JsonCodec json, int compressAbove) {
        this.router = router;
        this.json = json;
        this.problem = new Problem(json);
        this.compressAbove = compressAbove;
        this.streams = router.all().stream().anyMatch(RestDispatch::streams);
    }

    private static boolean streams(RestBinding binding) {
        return binding.kind().clientStreams() || binding.kind().serverStreams();
    }

    /** The answer to {@code request}; null if its method and path are bound to nothing. */
    @Nullable
    HttpResponse answer(Call http, HttpRequest request) {
        String path = request.path();
        if (!path.startsWith("/")) {
            return null;
        }
        RestRouter.Match match;
        try {
            match = router.match(request.method(), RestPath.parse(path));
        } catch (CallException malformed) {
            return null; // refused below, unless it is another protocol's to refuse
        }
        RestBinding binding = match.binding();
        if (binding == null) {
            return null;
        }
        RestProtocol protocol = new RestProtocol(binding, match.path(), json, problem, compressAbove);
        return ServerCall.answer(protocol, binding.route(), http, request);
    }

    /** Whether a call of the request's method and path goes on as long as it wants to. */
    boolean isStream(HttpRequest head) {
        if (!streams || !head.path().startsWith("/")) {
            return false;
        }
        try {
            RestBinding binding =
                    router.match(head.method(), RestPath.parse(head.path())).binding();
            return binding != null && streams(binding);
        } catch (CallException malformed) {
            return false;
        }
    }

    /** Whether something is bound to this path, whatever the method. */
    boolean has(String path) {
        try {
            return path.startsWith("/")
                    && !router.match("GET", RestPath.parse(path)).allowed().isEmpty();
        } catch (CallException malformed) {
            return false;
        }
    }

    /** The answer to a request that nothing is bound to. */
    HttpResponse refuse(HttpRequest request, String what) {
        if (!request.path().startsWith("/")) {
            return problem.of(null, new HttpException(404, Code.NOT_FOUND, what));
        }
        RestPath path;
        try {
            path = RestPath.parse(request.path());
        } catch (CallException malformed) {
            return problem.of(null, malformed);
        }
        Set<String> allowed = router.match(request.method(), path).allowed();
        if (allowed.isEmpty()) {
            return problem.of(null, new HttpException(404, Code.NOT_FOUND, what));
        }
        String allow = allow(allowed);
        if (request.method().equals("OPTIONS")) {
            return new HttpResponse(204, Metadata.of("allow", allow), Body.empty());
        }
        HttpException error = new HttpException(
                405, Code.UNIMPLEMENTED, request.path() + " takes " + allow + ", not " + request.method());
        error.metadata().put("allow", allow);
        return problem.of(null, error);
    }

    private static String allow(Set<String> methods) {
        Set<String> all = new TreeSet<>(methods);
        if (all.contains("GET")) {
            all.add("HEAD");
        }
        all.add("OPTIONS");
        return String.join(", ", all);
    }
}
