package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.EchoServiceGrpc;
import io.grpc.stub.StreamObserver;

/** The echo service as grpc-java wants it. */
final class GrpcEcho extends EchoServiceGrpc.EchoServiceImplBase {

    @Override
    public void echo(EchoRequest request, StreamObserver<EchoResponse> responses) {
        responses.onNext(Echo.answer(request));
        responses.onCompleted();
    }
}
