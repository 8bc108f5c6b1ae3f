package dev.parley.grpcjava;

import io.grpc.Metadata;
import java.util.Base64;

/** Headers and trailers between the two libraries. What belongs to a protocol stays behind. */
final class MetadataBridge {

    private MetadataBridge() {}

    /** As grpc-java has them; {@code grpc-*} is not metadata, but {@code user-agent} is. */
    static Metadata toGrpc(dev.parley.Metadata from) {
        Metadata to = new Metadata();
        from.forEach((name, value) -> {
            if (isProtocols(name)) {
                return;
            }
            try {
                if (dev.parley.Metadata.isBinary(name)) {
                    addBinary(to, name, value);
                } else {
                    to.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
                }
            } catch (IllegalArgumentException notAKey) {
                // HTTP allows more characters in a name than gRPC does: no reason to lose the call
            }
        });
        return to;
    }

    private static boolean isProtocols(String name) {
        return switch (name) {
            case "content-type", "te", "host", "content-length", "transfer-encoding", "connection" -> true;
            default -> name.startsWith("grpc-") || name.startsWith("connect-") || name.startsWith(":");
        };
    }

    private static void addBinary(Metadata to, String name, String values) {
        Metadata.Key<byte[]> key = Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
        for (String value : values.split(",", -1)) {
            try {
                to.put(key, Base64.getDecoder().decode(value.strip()));
            } catch (IllegalArgumentException notBase64) {
                // grpc-java drops such a value too
            }
        }
    }

    /** Adds all of {@code from}, in the order of its names; grpc-java's own {@code grpc-status-details-bin} excepted. */
    static void addTo(dev.parley.Metadata to, Metadata from) {
        for (String name : from.keys()) {
            if (name.equals(StatusBridge.DETAILS_NAME)) {
                continue;
            }
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                Iterable<byte[]> values = from.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
                if (values != null) {
                    values.forEach(value -> to.addBinary(name, value));
                }
            } else {
                Iterable<String> values = from.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
                if (values != null) {
                    values.forEach(value -> to.add(name, value));
                }
            }
        }
    }
}
