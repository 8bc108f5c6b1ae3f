package dev.parley.registry;

import dev.parley.discovery.EmbeddedCheck;
import dev.parley.discovery.EmbeddedRegistry;
import dev.parley.discovery.EmbeddedService;
import dev.parley.discovery.HealthStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Services and checks as requests define them.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/agent/service">Consul's agent service API</a>
 */
final class ConsulDefinition {

    private static final Duration LEAST_REAPED = Duration.ofMinutes(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private ConsulDefinition() {}

    /** A service of {@code /v1/agent/service/register}. */
    static EmbeddedService ofAgent(ConsulBody body) {
        String name = body.text("Name");
        if (name.isEmpty()) {
            throw ConsulError.bad("Missing service name");
        }
        return service(EmbeddedRegistry.NODE, name, body);
    }

    /** A service of {@code /v1/catalog/register}. */
    static EmbeddedService ofCatalog(String node, ConsulBody body) {
        String name = body.text("Service");
        if (name.isEmpty()) {
            throw ConsulError.bad("Must provide service name (Service.Service) with ID");
        }
        return service(node, name, body);
    }

    private static EmbeddedService service(String node, String name, ConsulBody body) {
        body.refuse("Kind", "Proxy", "Connect", "SocketPath", "Ports");
        String id = body.text("ID");
        Optional<ConsulBody> weights = body.object("Weights");
        return new EmbeddedService(
                node,
                id.isEmpty() ? name : id,
                name,
                body.text("Address"),
                body.number("Port", 0),
                body.texts("Tags"),
                body.map("Meta"),
                weights.map(each -> each.number("Passing", 1)).orElse(1),
                weights.map(each -> each.number("Warning", 1)).orElse(1),
                Optional.empty());
    }

    /** The checks in a service's definition. */
    static List<EmbeddedCheck> checks(EmbeddedService service, ConsulBody body) {
        List<ConsulBody> defined = new ArrayList<>();
        body.object("Check").ifPresent(defined::add);
        defined.addAll(body.objects("Checks"));
        List<EmbeddedCheck> checks = new ArrayList<>();
        for (ConsulBody each : defined) {
            String id = id(each);
            String name = each.text("Name");
            String made = "service:" + service.id() + (defined.size() == 1 ? "" : ":" + (checks.size() + 1));
            checks.add(check(
                    id.isEmpty() ? made : id,
                    name.isEmpty() ? "Service '" + service.name() + "' check" : name,
                    each,
                    false));
        }
        return checks;
    }

    private static String id(ConsulBody body) {
        String id = body.text("CheckID");
        return id.isEmpty() ? body.text("ID") : id;
    }

    /** A check of {@code /v1/agent/check/register}. */
    static EmbeddedCheck check(ConsulBody body) {
        String name = body.text("Name");
        if (name.isEmpty()) {
            throw ConsulError.bad("Missing check name");
        }
        String id = id(body);
        return check(id.isEmpty() ? name : id, name, body, false);
    }

    /** A check of {@code /v1/catalog/register}, which nobody makes. */
    static EmbeddedCheck ofCatalog(ConsulBody body) {
        String name = body.text("Name");
        String id = id(body);
        if (id.isEmpty() && name.isEmpty()) {
            throw ConsulError.bad("Must provide the CheckID or the Name of a check");
        }
        return check(id.isEmpty() ? name : id, name.isEmpty() ? id : name, body, true);
    }

    private static EmbeddedCheck check(String id, String name, ConsulBody body, boolean passive) {
        Optional<HealthStatus> status = body.text("Status").isEmpty()
                ? Optional.empty()
                : Optional.of(status(body.text("Status"))
                        .orElseThrow(() -> ConsulError.bad("Bad check status: Status must"
                                + " be passing, warning or critical, but is \"" + body.text("Status") + '"')));
        Optional<Duration> reaped = body.duration("DeregisterCriticalServiceAfter")
                .filter(time -> !time.isZero())
                .map(time -> time.compareTo(LEAST_REAPED) < 0 ? LEAST_REAPED : time);
        return new EmbeddedCheck(
                id, name, body.text("Notes"), passive ? new EmbeddedCheck.Passive() : kind(body), status, reaped);
    }

    static Optional<HealthStatus> status(String word) {
        for (HealthStatus each : HealthStatus.values()) {
            if (each.word().equals(word)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static EmbeddedCheck.Kind kind(ConsulBody body) {
        body.refuse(
                "Script",
                "Args",
                "ScriptArgs",
                "DockerContainerID",
                "AliasNode",
                "AliasService",
                "UDP",
                "H2PING",
                "OSService",
                "TLSSkipVerify",
                "TLSServerName",
                "TCPUseTLS",
                "SuccessBeforePassing",
                "FailuresBeforeCritical",
                "FailuresBeforeWarning",
                "ProxyHTTP");
        String http = body.text("HTTP");
        String tcp = body.text("TCP");
        String grpc = body.text("GRPC");
        Optional<Duration> ttl = body.duration("TTL").filter(time -> !time.isZero());
        long kinds = List.of(http, tcp, grpc).stream()
                        .filter(each -> !each.isEmpty())
                        .count()
                + (ttl.isPresent() ? 1 : 0);
        if (kinds > 1) {
            throw ConsulError.bad("Invalid check: a check has one of HTTP, TCP, GRPC and TTL, but this has " + kinds);
        }
        if (ttl.isPresent()) {
            if (body.duration("Interval").filter(time -> !time.isZero()).isPresent()) {
                throw ConsulError.bad("Invalid check: Interval and TTL cannot both be specified");
            }
            return new EmbeddedCheck.Ttl(ttl.get());
        }
        if (kinds == 0) {
            throw ConsulError.bad("Invalid check: TTL must be > 0 for TTL checks; or HTTP, TCP or GRPC must be set");
        }
        Duration interval = body.duration("Interval")
                .filter(time -> !time.isZero())
                .orElseThrow(
                        () -> ConsulError.bad("Invalid check: Interval must be > 0 for HTTP, TCP and GRPC checks"));
        Duration timeout =
                body.duration("Timeout").filter(time -> !time.isZero()).orElse(TIMEOUT);
        if (!http.isEmpty()) {
            String method = body.text("Method");
            return new EmbeddedCheck.Active(
                    http,
                    method.isEmpty() ? "GET" : method,
                    body.lists("Header"),
                    body.text("Body"),
                    interval,
                    timeout);
        }
        String url = !tcp.isEmpty() ? "tcp://" + tcp : (body.flag("GRPCUseTLS") ? "grpcs://" : "grpc://") + grpc;
        return EmbeddedCheck.Active.of(url, interval, timeout);
    }

    /** Takes an instance out of service, or back, by a check as Consul has it. */
    static void maintenance(EmbeddedRegistry registry, String id, boolean enable, String reason) {
        String check = "_service_maintenance:" + id;
        if (!enable) {
            registry.removeCheck(EmbeddedRegistry.NODE, check);
            return;
        }
        registry.addCheck(
                EmbeddedRegistry.NODE,
                id,
                new EmbeddedCheck(
                        check,
                        "Service Maintenance Mode",
                        reason.isEmpty() ? "Maintenance mode is enabled for this service" : reason,
                        new EmbeddedCheck.Passive(),
                        Optional.of(HealthStatus.CRITICAL),
                        Optional.empty()));
    }
}
