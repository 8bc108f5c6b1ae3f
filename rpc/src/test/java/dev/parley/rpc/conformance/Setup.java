package dev.parley.rpc.conformance;

import dev.parley.chain.Chain;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.Compression;
import dev.parley.rpc.RpcProtocol;
import java.util.ArrayList;
import java.util.List;

/** One way to call. */
record Setup(HttpVersion version, RpcProtocol protocol, Codec codec, Compression compression) {

    /** All that there are; gRPC is not spoken over HTTP/1.1, and REST carries unary calls only. */
    static List<Setup> all() {
        List<Setup> all = new ArrayList<>();
        for (HttpVersion version : List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)) {
            for (RpcProtocol protocol : RpcProtocol.values()) {
                boolean spoken =
                        protocol != RpcProtocol.REST && (protocol != RpcProtocol.GRPC || version == HttpVersion.HTTP_2);
                for (Codec codec : Codec.values()) {
                    for (Compression compression : Compression.values()) {
                        if (spoken) {
                            all.add(new Setup(version, protocol, codec, compression));
                        }
                    }
                }
            }
        }
        return all;
    }

    /** Both streams at the same time want HTTP/2. */
    boolean isFullDuplex() {
        return version == HttpVersion.HTTP_2;
    }

    Channel channel(int port, int limit) {
        return Channel.builder("http://127.0.0.1:" + port)
                .http(version)
                .protocol(protocol)
                .codec(codec)
                .compression(compression)
                .maxMessageBytes(limit)
                .chain(Chain.empty()) // what one answer is taken for
                .build();
    }

    @Override
    public String toString() {
        return version + " " + protocol + " " + codec + " " + compression;
    }
}
