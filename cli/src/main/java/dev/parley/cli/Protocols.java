package dev.parley.cli;

import dev.parley.rpc.RpcProtocol;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Protocols by their names on the command line; whatever a channel can speak is among them. */
final class Protocols implements ITypeConverter<RpcProtocol>, Iterable<String> {

    static String name(RpcProtocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> names() {
        return Stream.of(RpcProtocol.values()).map(Protocols::name).toList();
    }

    @Override
    public RpcProtocol convert(String text) {
        for (RpcProtocol protocol : RpcProtocol.values()) {
            if (name(protocol).equals(text)) {
                return protocol;
            }
        }
        throw new TypeConversionException("'" + text + "' is none; expected one of " + String.join(", ", names()));
    }

    @Override
    public Iterator<String> iterator() {
        return names().iterator();
    }
}
