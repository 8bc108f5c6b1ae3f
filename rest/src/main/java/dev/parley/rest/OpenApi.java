package dev.parley.rest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An OpenAPI 3.1 document of routes, and a page to read it and try it. Immutable and thread-safe.
 *
 * <pre>{@code
 * OpenApi openApi = OpenApi.builder().title("Users").version("1.0").add(users).build();
 * Routes all = Routes.builder().mount("/", users).mount("/", openApi.routes()).build();
 * }</pre>
 *
 * <p>Then {@code /openapi.json} is the document and {@code /docs/} the page. Both work below a prefix and behind a proxy
 * that takes one away, without the Internet: the page is Swagger UI from its jar, and its policy allows nothing else.
 *
 * @see <a href="https://spec.openapis.org/oas/v3.1.1">OpenAPI 3.1</a>
 */
public final class OpenApi {

    private final byte[] json;
    private final List<String> servers;

    private OpenApi(byte[] json, List<String> servers) {
        this.json = json;
        this.servers = servers;
    }

    /** A document to be described; it needs a title and a version. */
    public static Builder builder() {
        return new Builder();
    }

    /** The document, in UTF-8; a copy. */
    public byte[] json() {
        return json.clone();
    }

    /**
     * Routes for the document, {@code /openapi.json}, and the page, {@code /docs/}.
     *
     * @throws IllegalStateException if Swagger UI is not there: a program on the module path must ask for its jar, which
     *     is no module that could be required ({@code --add-modules swagger.ui})
     */
    public Routes routes() {
        return Routes.builder()
                .add(Route.get("/openapi.json")
                        .hidden()
                        .produces(MediaType.JSON)
                        .handle(request -> json.clone()))
                .mount("/docs", new OpenApiPage(servers))
                .build();
    }

    /** Describes a document. Not thread-safe. */
    public static final class Builder {
        private final List<OpenApiSource> sources = new ArrayList<>();
        private final List<String> servers = new ArrayList<>();
        private @Nullable String title;
        private @Nullable String version;
        private String description = "";
        private Json json = Json.strict();

        private Builder() {}

        /** The name of the whole. */
        public Builder title(String text) {
            this.title = text;
            return this;
        }

        /** The version of what is described, not of OpenAPI. */
        public Builder version(String text) {
            this.version = text;
            return this;
        }

        /** More about it, in CommonMark. */
        public Builder description(String text) {
            this.description = text;
            return this;
        }

        /** Where it is served, beside others; by default {@code .}, which is where the document lies. */
        public Builder server(String url) {
            servers.add(url);
            return this;
        }

        /** Adds the operations of {@code routes}. */
        public Builder add(Routes routes) {
            return add(document -> {
                RouteDescriptions descriptions = new RouteDescriptions(document);
                routes.bound().forEach(descriptions::describe);
            });
        }

        /** Adds the operations of {@code source}. */
        public Builder add(OpenApiSource source) {
            sources.add(source);
            return this;
        }

        /** How the values are written that the schemas describe; {@link Json#strict()}. */
        public Builder json(Json values) {
            this.json = values;
            return this;
        }

        /**
         * The document.
         *
         * @throws IllegalStateException without title or version
         * @throws IllegalArgumentException if two operations or schemas conflict; it names them
         */
        public OpenApi build() {
            ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.1");
            ObjectNode info = document.putObject("info");
            info.put("title", needed("title", title)).put("version", needed("version", version));
            OpenApiDocument.putText(info, "description", description);
            ArrayNode urls = document.putArray("servers");
            servers.forEach(url -> urls.addObject().put("url", url));
            if (servers.isEmpty()) {
                urls.addObject().put("url", ".").put("description", "this server");
            }
            OpenApiDocument operations = new OpenApiDocument(json);
            sources.forEach(source -> source.describe(operations));
            operations.writeTo(document);
            return new OpenApi(json.write(document), List.copyOf(servers));
        }

        private static String needed(String what, @Nullable String text) {
            if (text == null) {
                throw new IllegalStateException("a document needs a " + what + ": OpenApi.builder()." + what + "(...)");
            }
            return text;
        }
    }
}
