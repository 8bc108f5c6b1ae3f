package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over gRPC and proto, over HTTP/2. */
class GrpcProtoStreamTest extends TransportSuite {

    GrpcProtoStreamTest() {
        super(RpcProtocol.GRPC, Codec.PROTO, false);
    }
}
