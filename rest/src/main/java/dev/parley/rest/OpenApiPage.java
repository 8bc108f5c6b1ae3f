package dev.parley.rest;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Swagger UI from its web jar, with a page and a start of our own: the jar's would fetch an example from the Internet.
 * Only what the page needs is served.
 */
final class OpenApiPage implements Handler<HttpRequest, HttpResponse> {

    private static final Set<String> OF_JAR =
            Set.of("/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon-16x16.png", "/favicon-32x32.png");
    private static final Set<String> OWN = Set.of("/", "/start.js");

    private final StaticFiles ofJar;
    private final StaticFiles own;
    private final String policy;

    /** {@code servers}: what the page may talk to beside its own origin. */
    OpenApiPage(List<String> servers) {
        ClassLoader loader = OpenApiPage.class.getClassLoader();
        this.ofJar = StaticFiles.ofClassPath(loader, "META-INF/resources/webjars/swagger-ui/" + version(loader));
        this.own = StaticFiles.ofClassPath(loader, "META-INF/parley/openapi");
        String others = servers.stream().map(OpenApiPage::origin).distinct().collect(Collectors.joining());
        this.policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                + " connect-src 'self'" + others + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private static String origin(String server) {
        URI uri = URI.create(server);
        return uri.getHost() == null ? "" : " " + uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private static String version(ClassLoader loader) {
        try (InputStream properties =
                loader.getResourceAsStream("META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            if (properties == null) {
                throw new IllegalStateException(
                        "the page needs the jar org.webjars:swagger-ui, which is not on the class path"
                                + " (on a module path: --add-modules swagger.ui)");
            }
            Properties read = new Properties();
            read.load(properties);
            return read.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public HttpResponse handle(Call call, HttpRequest request) throws IOException {
        String path = request.path();
        if (!OWN.contains(path) && !OF_JAR.contains(path)) {
            throw ProblemException.of(404, "the page has no " + Shown.quoted(path));
        }
        HttpResponse answer = (OWN.contains(path) ? own : ofJar).handle(call, request);
        answer.headers().put("content-security-policy", policy).put("referrer-policy", "no-referrer");
        return answer;
    }
}
