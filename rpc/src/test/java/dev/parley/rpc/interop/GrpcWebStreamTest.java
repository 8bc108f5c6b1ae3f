package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over gRPC-Web and proto, over HTTP/2. */
class GrpcWebStreamTest extends TransportSuite {

    GrpcWebStreamTest() {
        super(RpcProtocol.GRPC_WEB, Codec.PROTO, false);
    }
}
