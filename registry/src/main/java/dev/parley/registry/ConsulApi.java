package dev.parley.registry;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.EmbeddedEntry;
import dev.parley.discovery.EmbeddedRegistry;
import dev.parley.discovery.EmbeddedRegistry.Scope;
import dev.parley.discovery.EmbeddedService;
import dev.parley.discovery.EmbeddedWaits;
import dev.parley.discovery.HealthStatus;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import dev.parley.rest.Json;
import dev.parley.rest.RestRequest;
import dev.parley.rest.Route;
import dev.parley.rest.Routes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of Consul's HTTP API that is about services, over an {@link EmbeddedRegistry}. A token is taken and not looked at.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs">Consul's HTTP API</a>
 */
final class ConsulApi {

    private static final int MOST_BODY = 1 << 20;
    private static final String JSON = "application/json";
    private static final Set<String> OTHERS = Set.of(
            "acl",
            "config",
            "connect",
            "coordinate",
            "event",
            "exported-services",
            "imported-services",
            "internal",
            "kv",
            "namespace",
            "namespaces",
            "operator",
            "partition",
            "partitions",
            "peering",
            "peerings",
            "query",
            "session",
            "snapshot",
            "txn");

    private final EmbeddedRegistry registry;
    private final EmbeddedWaits waits;
    private final Durable durable;

    ConsulApi(EmbeddedRegistry registry, EmbeddedWaits waits, Durable durable) {
        this.registry = registry;
        this.waits = waits;
        this.durable = durable;
    }

    /** Makes what was changed last outlive the process, if anything does. */
    @FunctionalInterface
    interface Durable {
        void await() throws InterruptedException;
    }

    /** Answers a request. */
    @FunctionalInterface
    private interface Answer {
        @Nullable
        Object answer(RestRequest request) throws Exception;
    }

    Routes routes() {
        Routes.Builder routes = Routes.builder().service("consul");
        agent(routes);
        catalog(routes);
        health(routes);
        get(routes, "/v1/status/leader", request -> EmbeddedRegistry.NODE_ADDRESS + ":8300");
        get(routes, "/v1/status/peers", request -> List.of(EmbeddedRegistry.NODE_ADDRESS + ":8300"));
        return routes.fallback((call, request) -> nothing(request.path())).build();
    }

    private static HttpResponse nothing(String path) {
        String[] parts = path.split("/", 4);
        return parts.length > 2 && parts[1].equals("v1") && OTHERS.contains(parts[2])
                ? HttpResponse.text(
                        501, "this registry has Consul's agent, catalog, health and status APIs; not /v1/" + parts[2])
                : HttpResponse.text(404, "Invalid URL path: not a recognized HTTP API endpoint");
    }

    // ---- routes

    private void agent(Routes.Builder routes) {
        put(routes, "/v1/agent/service/register", this::registerService);
        put(routes, "/v1/agent/service/deregister/{id}", request -> {
            require(registry.deregister(EmbeddedRegistry.NODE, request.path("id")), unknownService(request.path("id")));
            return null;
        });
        put(routes, "/v1/agent/service/maintenance/{id}", this::maintenance);
        put(routes, "/v1/agent/check/register", this::registerCheck);
        put(routes, "/v1/agent/check/deregister/{id}", request -> {
            require(registry.removeCheck(EmbeddedRegistry.NODE, request.path("id")), unknownCheck(request.path("id")));
            return null;
        });
        for (Map.Entry<String, HealthStatus> each : Map.of(
                        "pass", HealthStatus.PASSING, "warn", HealthStatus.WARNING, "fail", HealthStatus.CRITICAL)
                .entrySet()) {
            put(routes, "/v1/agent/check/" + each.getKey() + "/{id}", request -> {
                report(
                        request.path("id"),
                        each.getValue(),
                        request.query("note").orElse(""));
                return null;
            });
        }
        put(routes, "/v1/agent/check/update/{id}", request -> {
            ConsulBody body = ConsulBody.read(request.bytes());
            String word = body.text("Status");
            HealthStatus status = ConsulDefinition.status(word)
                    .orElseThrow(() -> ConsulError.bad("Invalid check status: '" + word + "'"));
            report(request.path("id"), status, body.text("Output"));
            return null;
        });
        get(routes, "/v1/agent/services", request -> {
            Map<String, Object> all = new LinkedHashMap<>();
            registry.instances().stream()
                    .filter(each -> each.service().node().equals(EmbeddedRegistry.NODE))
                    .forEach(each -> all.put(each.service().id(), ConsulJson.agentService(each)));
            return all;
        });
        get(routes, "/v1/agent/service/{id}", request -> {
            List<EmbeddedEntry> found = registry.instances(EmbeddedRegistry.NODE, request.path("id"));
            require(!found.isEmpty(), "unknown service ID: " + request.path("id"));
            return ConsulJson.agentService(found.getLast());
        });
        get(routes, "/v1/agent/checks", request -> {
            Map<String, Object> all = new LinkedHashMap<>();
            registry.nodeChecks(EmbeddedRegistry.NODE)
                    .forEach(each -> all.put(each.check().id(), ConsulJson.check(EmbeddedRegistry.NODE, null, each)));
            for (EmbeddedEntry entry : registry.instances()) {
                if (entry.service().node().equals(EmbeddedRegistry.NODE)) {
                    entry.checks()
                            .forEach(each -> all.put(
                                    each.check().id(), ConsulJson.check(EmbeddedRegistry.NODE, entry.service(), each)));
                }
            }
            return all;
        });
        get(routes, "/v1/agent/self", request -> ConsulJson.self());
        get(routes, "/v1/agent/members", request -> List.of(ConsulJson.member()));
    }

    private void catalog(Routes.Builder routes) {
        put(routes, "/v1/catalog/register", this::registerNode);
        put(routes, "/v1/catalog/deregister", this::deregisterNode);
        get(routes, "/v1/catalog/datacenters", request -> List.of(ConsulJson.DATACENTER));
        blocking(routes, "/v1/catalog/services", request -> Scope.CATALOG, request -> registry.services());
        blocking(routes, "/v1/catalog/nodes", request -> Scope.CATALOG, request -> {
            List<Object> nodes = new ArrayList<>();
            registry.nodes().forEach((name, address) -> nodes.add(ConsulJson.node(name, address)));
            return nodes;
        });
        blocking(
                routes,
                "/v1/catalog/service/{name}",
                ConsulApi::named,
                request -> instances(request).stream()
                        .map(ConsulJson::catalogService)
                        .toList());
        blocking(routes, "/v1/catalog/node/{name}", request -> Scope.ALL, request -> {
            String address = registry.nodes().get(request.path("name"));
            Map<String, Object> services = new LinkedHashMap<>();
            registry.instances().stream()
                    .filter(each -> each.service().node().equals(request.path("name")))
                    .forEach(each -> services.put(each.service().id(), ConsulJson.service(each)));
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("Node", address == null ? null : ConsulJson.node(request.path("name"), address));
            found.put("Services", services);
            return found;
        });
    }

    private void health(Routes.Builder routes) {
        blocking(routes, "/v1/health/service/{name}", ConsulApi::named, request -> {
            boolean passing = ConsulQuery.isSet(request, "passing");
            return instances(request).stream()
                    .filter(each -> !passing || each.status() == HealthStatus.PASSING)
                    .map(each -> ConsulJson.health(each, checksOf(each)))
                    .toList();
        });
        blocking(routes, "/v1/health/checks/{name}", ConsulApi::named, request -> {
            List<Object> found = new ArrayList<>();
            for (EmbeddedEntry entry : registry.instances(request.path("name"))) {
                entry.checks()
                        .forEach(each ->
                                found.add(ConsulJson.check(entry.service().node(), entry.service(), each)));
            }
            return found;
        });
        blocking(
                routes,
                "/v1/health/node/{name}",
                request -> Scope.ALL,
                request -> allChecks().stream()
                        .filter(each -> request.path("name").equals(each.get("Node")))
                        .toList());
        blocking(routes, "/v1/health/state/{state}", request -> Scope.ALL, request -> {
            String state = request.path("state");
            if (!state.equals("any") && ConsulDefinition.status(state).isEmpty()) {
                throw ConsulError.bad("state must be any, passing, warning or critical, but is \"" + state + '"');
            }
            return allChecks().stream()
                    .filter(each -> state.equals("any") || state.equals(each.get("Status")))
                    .toList();
        });
    }

    // ---- what changes something

    private @Nullable Object registerService(RestRequest request) {
        ConsulBody body = ConsulBody.read(request.bytes());
        EmbeddedService service = ConsulDefinition.ofAgent(body);
        registry.deregisterOthers(service);
        registry.register(
                service, ConsulDefinition.checks(service, body), ConsulQuery.isSet(request, "replace-existing-checks"));
        return null;
    }

    private @Nullable Object registerCheck(RestRequest request) {
        ConsulBody body = ConsulBody.read(request.bytes());
        String service = body.text("ServiceID");
        require(
                registry.addCheck(EmbeddedRegistry.NODE, service, ConsulDefinition.check(body)),
                "ServiceID \"" + service + "\" does not exist");
        return null;
    }

    private @Nullable Object maintenance(RestRequest request) {
        String enable = request.query("enable").orElse("");
        if (!enable.equals("true") && !enable.equals("false")) {
            throw ConsulError.bad(
                    enable.isEmpty() ? "Missing value for enable" : "Invalid value for enable: \"" + enable + '"');
        }
        String id = request.path("id");
        require(!registry.instances(EmbeddedRegistry.NODE, id).isEmpty(), unknownService(id));
        ConsulDefinition.maintenance(
                registry, id, enable.equals("true"), request.query("reason").orElse(""));
        return null;
    }

    private void report(String id, HealthStatus status, String output) {
        boolean found;
        try {
            found = registry.report(EmbeddedRegistry.NODE, id, status, output);
        } catch (IllegalArgumentException e) {
            throw new ConsulError(500, String.valueOf(e.getMessage()));
        }
        require(found, unknownCheck(id));
    }

    private @Nullable Object registerNode(RestRequest request) {
        ConsulBody body = ConsulBody.read(request.bytes());
        String node = body.text("Node");
        String address = body.text("Address");
        if (node.isEmpty() || (address.isEmpty() && !body.flag("SkipNodeUpdate"))) {
            throw ConsulError.bad("Must provide Node and Address");
        }
        List<ConsulBody> checks = new ArrayList<>(body.objects("Checks"));
        body.object("Check").ifPresent(checks::add);
        if (!address.isEmpty()) {
            registry.node(node, address);
        }
        EmbeddedService service = body.object("Service")
                .map(each -> ConsulDefinition.ofCatalog(node, each))
                .orElse(null);
        if (service != null) {
            registry.deregisterOthers(service);
            registry.register(service, List.of(), false);
        }
        for (ConsulBody each : checks) {
            String id = each.text("ServiceID");
            require(
                    registry.addCheck(node, id, ConsulDefinition.ofCatalog(each)),
                    "ServiceID \"" + id + "\" does not exist on node \"" + node + '"');
        }
        return true;
    }

    private @Nullable Object deregisterNode(RestRequest request) {
        ConsulBody body = ConsulBody.read(request.bytes());
        String node = body.text("Node");
        if (node.isEmpty()) {
            throw ConsulError.bad("Must provide Node");
        }
        // What is not there need not be taken out: Consul's catalog does not mind.
        if (!body.text("ServiceID").isEmpty()) {
            registry.deregister(node, body.text("ServiceID"));
        } else if (!body.text("CheckID").isEmpty()) {
            registry.removeCheck(node, body.text("CheckID"));
        } else {
            registry.removeNode(node);
        }
        return true;
    }

    private static String unknownService(String id) {
        return "Unknown service ID \"" + id + "\". Ensure that the service ID is passed, not the service name.";
    }

    private static String unknownCheck(String id) {
        return "Unknown check ID \"" + id + "\". Ensure that the check ID is passed, not the check name.";
    }

    private static void require(boolean found, String otherwise) {
        if (!found) {
            throw new ConsulError(404, otherwise);
        }
    }

    // ---- what only asks

    private static Scope named(RestRequest request) {
        return Scope.service(request.path("name"));
    }

    private List<EmbeddedEntry> instances(RestRequest request) {
        List<String> tags = request.queryAll("tag");
        return registry.instances(request.path("name")).stream()
                .filter(each -> each.service().tags().containsAll(tags))
                .toList();
    }

    private List<Map<String, Object>> checksOf(EmbeddedEntry entry) {
        List<Map<String, Object>> checks = new ArrayList<>();
        String node = entry.service().node();
        registry.nodeChecks(node).forEach(each -> checks.add(ConsulJson.check(node, null, each)));
        entry.checks().forEach(each -> checks.add(ConsulJson.check(node, entry.service(), each)));
        return checks;
    }

    private List<Map<String, Object>> allChecks() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (String node : registry.nodes().keySet()) {
            registry.nodeChecks(node).forEach(each -> all.add(ConsulJson.check(node, null, each)));
        }
        for (EmbeddedEntry entry : registry.instances()) {
            entry.checks()
                    .forEach(each -> all.add(ConsulJson.check(entry.service().node(), entry.service(), each)));
        }
        return all;
    }

    // ---- how it is answered

    private void put(Routes.Builder routes, String template, Answer answer) {
        routes.add(Route.put(template)
                .maxBodyBytes(MOST_BODY)
                .handle(request -> guarded(() -> {
                    ConsulQuery query = ConsulQuery.of(request);
                    Object value = answer.answer(request);
                    durable.await();
                    return value == null ? HttpResponse.of(200) : json(value, query);
                })));
    }

    private void get(Routes.Builder routes, String template, Answer answer) {
        routes.get(
                template,
                request -> guarded(() -> {
                    ConsulQuery query = ConsulQuery.of(request);
                    Object value = answer.answer(request);
                    return json(value, query);
                }));
    }

    private void blocking(
            Routes.Builder routes,
            String template,
            java.util.function.Function<RestRequest, Scope> scope,
            Answer answer) {
        routes.get(
                template,
                request -> guarded(() -> {
                    ConsulQuery query = ConsulQuery.of(request);
                    // Before the answer is made: if something changes in between, the next question is answered at
                    // once.
                    long index = waits.await(scope.apply(request), query.index(), query.most());
                    HttpResponse response = json(answer.answer(request), query);
                    response.headers()
                            .add("x-consul-index", Long.toString(index))
                            .add("x-consul-knownleader", "true")
                            .add("x-consul-lastcontact", "0")
                            .add("x-consul-effective-consistency", "leader");
                    return response;
                }));
    }

    private static HttpResponse json(@Nullable Object value, ConsulQuery query) {
        byte[] bytes = query.pretty()
                ? Json.standard().mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(value)
                : Json.standard().mapper().writeValueAsBytes(value);
        return HttpResponse.of(200, JSON, bytes);
    }

    /** Errors are lines of text here, and no problems in JSON: clients show them as they are. */
    private static HttpResponse guarded(java.util.concurrent.Callable<HttpResponse> answer) throws Exception {
        try {
            return answer.call();
        } catch (ConsulError e) {
            return HttpResponse.text(e.status(), e.text());
        } catch (IllegalArgumentException e) {
            return HttpResponse.text(400, String.valueOf(e.getMessage()));
        } catch (CallException e) {
            if (e.code() != Code.RESOURCE_EXHAUSTED) {
                throw e;
            }
            return HttpResponse.text(HttpException.statusOf(e), e.message());
        }
    }
}
