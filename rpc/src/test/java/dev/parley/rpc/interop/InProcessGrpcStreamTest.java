package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over gRPC and proto, in process. */
class InProcessGrpcStreamTest extends TransportSuite {

    InProcessGrpcStreamTest() {
        super(RpcProtocol.GRPC, Codec.PROTO, true);
    }
}
