package dev.parley.tck.messaging;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;

/** Opens {@code journal:PATH}, with {@code ?fault=NAME} a broken one; see {@link JournalBackend.Fault}. */
public final class JournalProvider implements BrokerProvider {

    /** For the service loader. */
    public JournalProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("journal");
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        uri.checkParameters(Set.of("fault"));
        JournalBackend.Fault fault =
                JournalBackend.Fault.valueOf(uri.parameter("fault").orElse("NONE"));
        try {
            return new JournalBackend(Backends.open("memory:", options), Path.of(uri.path()), fault);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
