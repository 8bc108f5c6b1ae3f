package dev.parley.grpcjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;

/**
 * The cases of gRPC's interop tests, as grpc-java has them, over any channel. Left out: those that need credentials of a
 * cloud, and those that look into grpc-java's own server or channel.
 */
final class InteropCases extends AbstractInteropTest {

    private final Supplier<ManagedChannel> channels;

    private InteropCases(Supplier<ManagedChannel> channels) {
        this.channels = channels;
    }

    /** One case. */
    @FunctionalInterface
    interface Case {
        void run(InteropCases test) throws Exception;
    }

    private record Named(String name, Case body) {}

    private static List<Named> all() {
        return List.of(
                new Named("empty_unary", AbstractInteropTest::emptyUnary),
                new Named("large_unary", AbstractInteropTest::largeUnary),
                new Named("client_compressed_unary", test -> test.clientCompressedUnary(true)),
                new Named("client_compressed_unary_noprobe", test -> test.clientCompressedUnary(false)),
                new Named("server_compressed_unary", AbstractInteropTest::serverCompressedUnary),
                new Named("client_streaming", AbstractInteropTest::clientStreaming),
                new Named("client_compressed_streaming", test -> test.clientCompressedStreaming(true)),
                new Named("client_compressed_streaming_noprobe", test -> test.clientCompressedStreaming(false)),
                new Named("server_streaming", AbstractInteropTest::serverStreaming),
                new Named("server_compressed_streaming", AbstractInteropTest::serverCompressedStreaming),
                new Named("ping_pong", AbstractInteropTest::pingPong),
                new Named("empty_stream", AbstractInteropTest::emptyStream),
                new Named("custom_metadata", AbstractInteropTest::customMetadata),
                new Named("status_code_and_message", AbstractInteropTest::statusCodeAndMessage),
                new Named("special_status_message", AbstractInteropTest::specialStatusMessage),
                new Named("unimplemented_method", AbstractInteropTest::unimplementedMethod),
                new Named("unimplemented_service", AbstractInteropTest::unimplementedService),
                new Named("cancel_after_begin", AbstractInteropTest::cancelAfterBegin),
                new Named("cancel_after_first_response", AbstractInteropTest::cancelAfterFirstResponse),
                new Named("timeout_on_sleeping_server", AbstractInteropTest::timeoutOnSleepingServer),
                new Named("very_large_request", AbstractInteropTest::veryLargeRequest),
                new Named("very_large_response", AbstractInteropTest::veryLargeResponse),
                new Named("full_duplex_call", AbstractInteropTest::fullDuplexCallShouldSucceed),
                new Named("half_duplex_call", AbstractInteropTest::halfDuplexCallShouldSucceed),
                new Named("flow_control", AbstractInteropTest::serverStreamingShouldBeFlowControlled),
                new Named("exchange_metadata_unary", AbstractInteropTest::exchangeMetadataUnaryCall),
                new Named("exchange_metadata_streaming", AbstractInteropTest::exchangeMetadataStreamingCall),
                new Named("deadline_not_exceeded", AbstractInteropTest::deadlineNotExceeded),
                new Named("deadline_exceeded", InteropCases::deadlineExceededOnEitherSide),
                new Named("deadline_exceeded_streaming", AbstractInteropTest::deadlineExceededServerStreaming),
                new Named("deadline_in_past", AbstractInteropTest::deadlineInPast));
    }

    /** All cases but these, each over a channel of its own. */
    static List<DynamicTest> tests(Supplier<ManagedChannel> channels, Set<String> without) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Named named : all()) {
            if (!without.contains(named.name())) {
                tests.add(DynamicTest.dynamicTest(named.name(), () -> {
                    InteropCases test = new InteropCases(channels);
                    test.setUp();
                    try {
                        named.body().run(test);
                    } finally {
                        test.tearDown();
                    }
                }));
            }
        }
        return tests;
    }

    /** As {@link #deadlineExceeded}, which also asks for the words of grpc-java's client; but the server's clock may be the first. */
    private void deadlineExceededOnEitherSide() {
        StreamingOutputCallRequest request = StreamingOutputCallRequest.newBuilder()
                .addResponseParameters(
                        ResponseParameters.newBuilder().setIntervalUs((int) TimeUnit.SECONDS.toMicros(20)))
                .build();
        assertThatThrownBy(() -> blockingStub
                        .withDeadlineAfter(1, TimeUnit.SECONDS)
                        .streamingOutputCall(request)
                        .next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }

    @Override
    protected ManagedChannel createChannel() {
        return channels.get();
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        throw new AssertionError("createChannel is overridden");
    }

    @Override
    protected boolean metricsExpected() {
        return false;
    }

    @Override
    protected boolean customCensusModulePresent() {
        return true; // none is wanted
    }

    @Override
    protected int operationTimeoutMillis() {
        return 20_000;
    }
}
