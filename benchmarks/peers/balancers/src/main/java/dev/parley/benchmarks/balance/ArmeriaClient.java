package dev.parley.benchmarks.balance;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.endpoint.EndpointGroup;
import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.benchmarks.echo.EchoRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Armeria with one of its own balancers, in Connect's unary form, so that the servers are the same. */
final class ArmeriaClient implements Client {

    private static final String PATH = "/parley.benchmarks.v1.EchoService/Echo";

    private final ClientFactory factory = ClientFactory.builder().build();
    private final WebClient client;
    private final byte[] request;

    ArmeriaClient(List<Integer> ports, EndpointSelectionStrategy balancer, EchoRequest request) {
        this.request = request.toByteArray();
        EndpointGroup servers = EndpointGroup.of(
                balancer,
                ports.stream().map(port -> Endpoint.of("127.0.0.1", port)).toList());
        this.client =
                WebClient.builder(SessionProtocol.H2C, servers).factory(factory).build();
    }

    @Override
    public void run(Duration left) {
        long millis = Math.max(1, left.toMillis());
        AggregatedHttpResponse response;
        try {
            response = client.prepare()
                    .post(PATH)
                    .header("connect-protocol-version", "1")
                    .header("connect-timeout-ms", Long.toString(millis))
                    .content(MediaType.parse("application/proto"), request)
                    .responseTimeoutMillis(millis)
                    .execute()
                    .aggregate()
                    .join();
        } catch (CompletionException e) {
            Code code = e.getCause() instanceof ResponseTimeoutException ? Code.DEADLINE_EXCEEDED : Code.UNKNOWN;
            throw new CallException(code, String.valueOf(e.getCause()), e);
        }
        switch (response.status().code()) {
            case 200 -> {}
            case 408, 504 -> throw new CallException(Code.DEADLINE_EXCEEDED, response.contentUtf8());
            case 503 -> throw new CallException(Code.UNAVAILABLE, response.contentUtf8());
            default -> throw new CallException(Code.UNKNOWN, response.status() + " " + response.contentUtf8());
        }
    }

    @Override
    public void close() {
        factory.close();
    }
}
