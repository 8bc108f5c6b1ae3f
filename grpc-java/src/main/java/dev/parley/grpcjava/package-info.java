/**
 * Existing gRPC code keeps working: services written for grpc-java on a Parley server, stubs that grpc-java has generated
 * over a Parley channel. Optional; nothing else in Parley stands on grpc-java.
 *
 * <pre>{@code
 * GrpcService greeter = GrpcService.of(new GreeterImpl());
 * try (RpcServer server = RpcServer.builder().service(greeter.definition(), greeter).start();
 *         Channel channel = Channel.builder("http://localhost:" + server.port()).build()) {
 *     GreeterGrpc.newBlockingStub(GrpcChannel.over(channel)).greet(request);
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.grpcjava;

import org.jspecify.annotations.NullMarked;
