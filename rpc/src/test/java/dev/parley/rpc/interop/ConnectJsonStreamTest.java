package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over Connect and json, over HTTP/2. */
class ConnectJsonStreamTest extends TransportSuite {

    ConnectJsonStreamTest() {
        super(RpcProtocol.CONNECT, Codec.JSON, false);
    }
}
