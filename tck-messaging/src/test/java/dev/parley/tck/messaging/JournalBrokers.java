package dev.parley.tck.messaging;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Journals of which all but one are broken. Run by {@link DurableSuiteTest} alone: surefire takes no nested class. */
final class JournalBrokers {

    private JournalBrokers() {}

    /** A suite over a journal. */
    abstract static class Journal extends DurableBrokerSuite {

        private final JournalBackend.Fault fault;

        Journal(JournalBackend.Fault fault) {
            this.fault = fault;
        }

        @Override
        protected BrokerUnderTest subject() {
            Path path = folder.resolve("journal");
            return new BrokerUnderTest() {
                @Override
                public String uri() {
                    return "journal:" + path + "?fault=" + fault;
                }

                @Override
                public Requirements requirements() {
                    return Requirements.of("sqlite:x");
                }

                @Override
                public boolean shared() {
                    return false;
                }

                @Override
                public Optional<FilesUnderTest> files() {
                    return Optional.of(() -> tear(path));
                }
            };
        }

        private static void tear(Path path) throws Exception {
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.APPEND)) {
                file.write(StandardCharsets.ISO_8859_1.encode("message tck-t"));
                file.write(ByteBuffer.wrap(new byte[] {0, (byte) 0xff}));
            }
        }

        /** What is lost does not come, however long one waits: all that is there comes at once. */
        @Override
        protected java.time.Duration takeover() {
            return fault == JournalBackend.Fault.NONE
                    ? java.time.Duration.ofMinutes(2)
                    : java.time.Duration.ofSeconds(10);
        }
    }

    static final class Sound extends Journal {
        Sound() {
            super(JournalBackend.Fault.NONE);
        }
    }

    static final class ConfirmsEarly extends Journal {
        ConfirmsEarly() {
            super(JournalBackend.Fault.CONFIRMS_EARLY);
        }
    }

    static final class DoneBeforeHandled extends Journal {
        DoneBeforeHandled() {
            super(JournalBackend.Fault.DONE_BEFORE_HANDLED);
        }
    }

    static final class DoneBeforeCopied extends Journal {
        DoneBeforeCopied() {
            super(JournalBackend.Fault.DONE_BEFORE_COPIED);
        }
    }

    static final class WritesBehindATornLine extends Journal {
        WritesBehindATornLine() {
            super(JournalBackend.Fault.WRITES_BEHIND_A_TORN_LINE);
        }
    }

    static final class NoticesAFullDiskLate extends Journal {
        NoticesAFullDiskLate() {
            super(JournalBackend.Fault.NOTICES_A_FULL_DISK_LATE);
        }
    }
}
