package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over gRPC-Web as text and proto, over HTTP/2. */
class GrpcWebTextStreamTest extends TransportSuite {

    GrpcWebTextStreamTest() {
        super(RpcProtocol.GRPC_WEB_TEXT, Codec.PROTO, false);
    }
}
