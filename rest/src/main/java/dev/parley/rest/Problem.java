package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Problem details: an error in JSON, {@code application/problem+json}. Immutable.
 *
 * @param type a URI that names the kind of problem; {@code about:blank} if the status says it all
 * @param title the kind in a few words; the same for each occurrence
 * @param status 400 to 599
 * @param detail this occurrence, for people; null if there is no more to say
 * @param instance a URI of this occurrence; null if it has none
 * @param extensions further members, written by Jackson; never one of the names above
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable String instance,
        Map<String, Object> extensions) {

    private static final Set<String> MEMBERS = Set.of("type", "title", "status", "detail", "instance");

    /**
     * Checks the status and the names of the extensions.
     *
     * @throws IllegalArgumentException that names what is wrong
     */
    public Problem {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status of a problem must be from 400 to 599, but is " + status);
        }
        for (String name : extensions.keySet()) {
            if (MEMBERS.contains(name)) {
                throw new IllegalArgumentException("'" + name + "' is a member of its own, not an extension");
            }
        }
        extensions = Collections.unmodifiableMap(new LinkedHashMap<>(extensions));
    }

    /** A problem that its status describes: type {@code about:blank}, the status' reason phrase for a title. */
    public static Problem of(int status) {
        return new Problem("about:blank", HttpResponse.reason(status), status, null, null, Map.of());
    }

    /** As {@link #of(int)}, with a detail. */
    public static Problem of(int status, String detail) {
        return of(status).withDetail(detail);
    }

    /** What answers {@code error}: the status of {@link HttpException#statusOf}, its message, its code as {@code code}. */
    public static Problem of(CallException error) {
        if (error instanceof ProblemException known) {
            return known.problem();
        }
        int status = HttpException.statusOf(error);
        // 499 is a word among proxies; who is still there to read it gets the nearest registered status.
        Problem problem = of(status == 499 ? 408 : Math.max(400, status))
                .with("code", error.code().name());
        return error.message().isEmpty() ? problem : problem.withDetail(error.message());
    }

    /** With another type. */
    public Problem withType(String uri) {
        return new Problem(uri, title, status, detail, instance, extensions);
    }

    /** With another title. */
    public Problem withTitle(String text) {
        return new Problem(type, text, status, detail, instance, extensions);
    }

    /** With another detail. */
    public Problem withDetail(String text) {
        return new Problem(type, title, status, text, instance, extensions);
    }

    /** With another instance. */
    public Problem withInstance(String uri) {
        return new Problem(type, title, status, detail, uri, extensions);
    }

    /** With one more extension. */
    public Problem with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(extensions);
        more.put(name, value);
        return new Problem(type, title, status, detail, instance, more);
    }

    /** The members in the order of the RFC. */
    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type);
        members.put("title", title);
        members.put("status", status);
        if (detail != null) {
            members.put("detail", detail);
        }
        if (instance != null) {
            members.put("instance", instance);
        }
        members.putAll(extensions);
        return members;
    }

    /** The response that carries this. */
    HttpResponse response(Json json) {
        return HttpResponse.of(status, MediaType.PROBLEM, json.write(members()));
    }
}
