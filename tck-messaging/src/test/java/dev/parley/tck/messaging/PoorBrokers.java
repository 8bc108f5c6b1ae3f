package dev.parley.tck.messaging;

import dev.parley.messaging.Confirm;
import dev.parley.messaging.spi.BackendProfile;
import java.util.Optional;
import java.util.Set;

/** Brokers that lack what tests need. Run by {@link LeftOutTest} alone: surefire takes no nested class. */
final class PoorBrokers {

    private PoorBrokers() {}

    /** One without any capability, of which the table requires them. */
    static class Required extends Faulty {
        @Override
        BackendProfile broken(BackendProfile profile) {
            return new BackendProfile(profile.system(), Set.of(), profile.confirm(), profile.maxMessageBytes());
        }
    }

    /** The same, of which nothing is required. */
    static final class NotRequired extends Required {
        @Override
        protected BrokerUnderTest subject() {
            String uri = super.subject().uri();
            return new BrokerUnderTest() {
                @Override
                public String uri() {
                    return uri;
                }

                @Override
                public Requirements requirements() {
                    return new Requirements(Set.of(), Confirm.MEMORY, true);
                }
            };
        }
    }

    /** One that outlives its process, and does not say in which files. */
    static final class WithoutFiles extends JournalBrokers.Journal {
        WithoutFiles() {
            super(JournalBackend.Fault.NONE);
        }

        @Override
        protected BrokerUnderTest subject() {
            BrokerUnderTest whole = super.subject();
            return new BrokerUnderTest() {
                @Override
                public String uri() {
                    return whole.uri();
                }

                @Override
                public Requirements requirements() {
                    return whole.requirements();
                }

                @Override
                public Optional<FilesUnderTest> files() {
                    return Optional.empty();
                }
            };
        }
    }
}
