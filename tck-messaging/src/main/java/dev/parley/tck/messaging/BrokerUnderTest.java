package dev.parley.tck.messaging;

import java.util.Optional;

/**
 * The broker that a suite is held against: where it is, what it must be able to do, and by which means faults are made. A backend's test
 * implements it, mostly by {@link #uri} alone.
 */
public interface BrokerUnderTest {

    /** One with a server. */
    static BrokerUnderTest of(String uri, ServerUnderTest server) {
        return new BrokerUnderTest() {
            @Override
            public String uri() {
                return uri;
            }

            @Override
            public Optional<ServerUnderTest> server() {
                return Optional.of(server);
            }
        };
    }

    /** Where it is, for {@link dev.parley.messaging.MessageBroker#connect(String)}; the same all the time. */
    String uri();

    /** What it must be able to do. By default the kit's own table says so, by the scheme of {@link #uri}. */
    default Requirements requirements() {
        return Requirements.of(uri());
    }

    /** Whether several connections may be open at once, those of other processes included. Not so where files belong to one alone. */
    default boolean shared() {
        return true;
    }

    /** Its server; empty for one that is embedded. Needed by {@link BrokerServerSuite}. */
    default Optional<ServerUnderTest> server() {
        return Optional.empty();
    }

    /** The files of an embedded one; empty for what has none, or keeps them in a server. */
    default Optional<FilesUnderTest> files() {
        return Optional.empty();
    }
}
