package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call's endpoint is where the client connects to; the request's authority is who it asks for. */
@ExtendWith(LeakCheck.class)
class EndpointTest {

    @TempDir
    Path folder;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private HttpServer serve(String name) {
        HttpServer server = HttpServer.builder()
                .handler((call, request) -> HttpResponse.text(200, name + " for " + request.authority()))
                .start();
        opened.add(server);
        return server;
    }

    private static CallScope to(int port) {
        CallScope call = Talk.call();
        call.endpoint("127.0.0.1:" + port);
        return call;
    }

    @ParameterizedTest
    @EnumSource(HttpVersion.class)
    void oneNameLeadsToManyServers(HttpVersion version) throws Exception {
        HttpServer one = serve("one");
        HttpServer other = serve("other");
        HttpClient client = HttpClient.create();
        opened.add(client);
        for (int i = 0; i < 2; i++) {
            HttpRequest request = Talk.get("inventory-service", "/");
            assertThat(text(client.over(version).handle(to(one.port()), request)))
                    .isEqualTo("one for inventory-service");
            assertThat(text(client.over(version).handle(to(other.port()), request)))
                    .isEqualTo("other for inventory-service");
        }
        assertThat(client.openConnections()).as("one for each endpoint").isEqualTo(2);
    }

    private static String text(HttpResponse response) {
        return new String(response.body().readAll(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void overTlsTheCertificateMustBeTheNamesAndNotTheEndpoints() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        HttpServer server = HttpServer.builder()
                .tls(ServerTls.of(TestCertificates.identity(certificates.server("server")))) // for localhost
                .handler((call, request) -> HttpResponse.text(200, request.authority()))
                .start();
        opened.add(server);
        HttpClient client =
                HttpClient.create(ClientLimits.defaults(), ClientTls.defaults().withTrust(certificates.trust()));
        opened.add(client);
        assertThat(text(client.handle(to(server.port()), secure("localhost")))).isEqualTo("localhost");
        CallException refused = Talk.failure(() -> client.handle(to(server.port()), secure("inventory-service")));
        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.message()).contains("TLS");
    }

    private static HttpRequest secure(String authority) {
        return new HttpRequest("GET", "https", authority, "/", new dev.parley.Metadata(), Body.empty());
    }
}
