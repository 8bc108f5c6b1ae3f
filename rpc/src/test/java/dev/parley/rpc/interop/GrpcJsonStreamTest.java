package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over gRPC and json, over HTTP/2. */
class GrpcJsonStreamTest extends TransportSuite {

    GrpcJsonStreamTest() {
        super(RpcProtocol.GRPC, Codec.JSON, false);
    }
}
