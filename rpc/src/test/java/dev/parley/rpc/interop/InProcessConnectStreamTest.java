package dev.parley.rpc.interop;

import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;

/** The stream suite over Connect and json, in process. */
class InProcessConnectStreamTest extends TransportSuite {

    InProcessConnectStreamTest() {
        super(RpcProtocol.CONNECT, Codec.JSON, true);
    }
}
