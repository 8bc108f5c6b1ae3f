package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over Connect and proto, over HTTP/2. */
class ConnectProtoStreamTest extends TransportSuite {

    ConnectProtoStreamTest() {
        super(RpcProtocol.CONNECT, Codec.PROTO, false);
    }
}
