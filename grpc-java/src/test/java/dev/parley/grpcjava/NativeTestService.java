package dev.parley.grpcjava;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.rpc.RpcMethod;
import dev.parley.rpc.ServiceDefinition;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.BoolValue;
import io.grpc.testing.integration.Messages.EchoStatus;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * gRPC's interop service written for Parley, after the
 * <a href="https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md">descriptions</a>. Bound by hand: the
 * messages are those of grpc-java's jar.
 */
final class NativeTestService {

    private static final ServiceDescriptor SERVICE =
            io.grpc.testing.integration.Test.getDescriptor().findServiceByName("TestService");

    static final ServiceDefinition<NativeTestService> DEFINITION = ServiceDefinition.<NativeTestService>builder(SERVICE)
            .method(
                    RpcMethod.unary(
                            SERVICE.findMethodByName("EmptyCall"),
                            Empty.getDefaultInstance(),
                            Empty.getDefaultInstance()),
                    (service, request) -> service.empty(request))
            .method(unary("UnaryCall"), NativeTestService::unary)
            .method(unary("CacheableUnaryCall"), NativeTestService::unary)
            .method(
                    RpcMethod.serverStreaming(
                            SERVICE.findMethodByName("StreamingOutputCall"),
                            StreamingOutputCallRequest.getDefaultInstance(),
                            StreamingOutputCallResponse.getDefaultInstance()),
                    NativeTestService::streamingOutput)
            .method(
                    RpcMethod.clientStreaming(
                            SERVICE.findMethodByName("StreamingInputCall"),
                            StreamingInputCallRequest.getDefaultInstance(),
                            StreamingInputCallResponse.getDefaultInstance()),
                    NativeTestService::streamingInput)
            .method(bidi("FullDuplexCall"), NativeTestService::fullDuplex)
            .method(bidi("HalfDuplexCall"), NativeTestService::halfDuplex)
            .build();

    private static RpcMethod<SimpleRequest, SimpleResponse> unary(String name) {
        return RpcMethod.unary(
                SERVICE.findMethodByName(name),
                SimpleRequest.getDefaultInstance(),
                SimpleResponse.getDefaultInstance());
    }

    private static RpcMethod<Messages<StreamingOutputCallRequest>, Messages<StreamingOutputCallResponse>> bidi(
            String name) {
        return RpcMethod.bidiStreaming(
                SERVICE.findMethodByName(name),
                StreamingOutputCallRequest.getDefaultInstance(),
                StreamingOutputCallResponse.getDefaultInstance());
    }

    private Empty empty(Empty request) {
        echoMetadata();
        return request;
    }

    private SimpleResponse unary(SimpleRequest request) {
        echoMetadata();
        checkCompressed(request.hasExpectCompressed(), request.getExpectCompressed());
        failIfAsked(request.hasResponseStatus(), request.getResponseStatus());
        return SimpleResponse.newBuilder()
                .setPayload(payload(request.getResponseSize()))
                .build();
    }

    private Messages<StreamingOutputCallResponse> streamingOutput(StreamingOutputCallRequest request) {
        echoMetadata();
        failIfAsked(request.hasResponseStatus(), request.getResponseStatus());
        return Messages.produce(sink -> {
            for (ResponseParameters wanted : request.getResponseParametersList()) {
                sink.send(response(wanted));
            }
        });
    }

    private StreamingInputCallResponse streamingInput(Messages<StreamingInputCallRequest> requests) {
        int size = 0;
        for (StreamingInputCallRequest request : requests) {
            checkCompressed(request.hasExpectCompressed(), request.getExpectCompressed());
            size += request.getPayload().getBody().size();
        }
        return StreamingInputCallResponse.newBuilder()
                .setAggregatedPayloadSize(size)
                .build();
    }

    private Messages<StreamingOutputCallResponse> fullDuplex(Messages<StreamingOutputCallRequest> requests) {
        echoMetadata();
        return Messages.produce(sink -> {
            for (StreamingOutputCallRequest request : requests) {
                failIfAsked(request.hasResponseStatus(), request.getResponseStatus());
                for (ResponseParameters wanted : request.getResponseParametersList()) {
                    sink.send(response(wanted));
                }
            }
        });
    }

    private Messages<StreamingOutputCallResponse> halfDuplex(Messages<StreamingOutputCallRequest> requests) {
        return Messages.produce(sink -> {
            List<ResponseParameters> all = new ArrayList<>();
            requests.forEach(request -> all.addAll(request.getResponseParametersList()));
            for (ResponseParameters wanted : all) {
                sink.send(response(wanted));
            }
        });
    }

    private static void echoMetadata() {
        Call call = Call.current();
        echoContext(call);
        call.requestHeaders()
                .get("x-grpc-test-echo-initial")
                .ifPresent(value -> call.responseHeaders().add("x-grpc-test-echo-initial", value));
        call.requestHeaders()
                .getBinary("x-grpc-test-echo-trailing-bin")
                .ifPresent(value -> call.responseTrailers().addBinary("x-grpc-test-echo-trailing-bin", value));
    }

    /** grpc-java's own case wants a header of its own back, ahead of the response and behind it. */
    private static void echoContext(Call call) {
        call.requestHeaders().getBinary("google.protobuf.stringvalue-bin").ifPresent(value -> {
            call.responseHeaders().addBinary("google.protobuf.stringvalue-bin", value);
            call.responseTrailers().addBinary("google.protobuf.stringvalue-bin", value);
        });
    }

    /** Whether a message was compressed shows in the headers, if only for the call as a whole. */
    private static void checkCompressed(boolean told, BoolValue expected) {
        if (told
                && expected.getValue()
                && Stream.of("grpc-encoding", "connect-content-encoding", "content-encoding")
                        .flatMap(name -> Call.current().requestHeaders().getAll(name).stream())
                        .allMatch("identity"::equals)) {
            throw new CallException(Code.INVALID_ARGUMENT, "expected a compressed request");
        }
    }

    private static void failIfAsked(boolean asked, EchoStatus status) {
        if (asked) {
            Code.ofNumber(status.getCode()).ifPresent(code -> {
                throw new CallException(code, status.getMessage());
            });
        }
    }

    private static StreamingOutputCallResponse response(ResponseParameters wanted) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(wanted.getIntervalUs()); // what the request asks for
        return StreamingOutputCallResponse.newBuilder()
                .setPayload(payload(wanted.getSize()))
                .build();
    }

    private static Payload payload(int size) {
        return Payload.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
    }
}
