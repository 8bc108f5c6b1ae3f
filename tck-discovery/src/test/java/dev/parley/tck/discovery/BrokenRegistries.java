package dev.parley.tck.discovery;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Registries with one fault each. Their suites are run by {@link BrokenRegistriesTest} alone: surefire takes no nested class. */
final class BrokenRegistries {

    private BrokenRegistries() {}

    /** A suite over a faulty memory. */
    abstract static class Faulty extends RegistryServerSuite {
        private final Memory memory = memory();

        abstract Memory memory();

        @Override
        protected RegistryBackend open(RegistryOptions options) {
            return memory.connect();
        }

        /** What has not happened by then never will: nothing here takes longer than a short lease. */
        @Override
        protected Duration patience() {
            return Duration.ofSeconds(1);
        }

        @Override
        protected void stop() {
            memory.down(true);
        }

        @Override
        protected void start() {
            memory.down(false);
        }

        @Override
        protected void wipe() {
            memory.wipe();
        }
    }

    static final class StaleWatch extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                private final Map<String, List<ServiceInstance>> first = new TreeMap<>();
                private int asked;

                /** Each third answer is an old one, as of a follower that lags. */
                @Override
                List<ServiceInstance> found(String service) {
                    List<ServiceInstance> now = super.found(service);
                    if (!now.isEmpty()) {
                        first.putIfAbsent(service, now);
                    }
                    return ++asked % 3 == 0 ? first.getOrDefault(service, now) : now;
                }
            };
        }
    }

    static final class DeafWatch extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                /** A watch that died: nobody is woken, and all is as it was. */
                @Override
                void bump() {}
            };
        }
    }

    static final class ForgetsToRenew extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                void renewed(Entry entry, boolean ready) {
                    if (entry.ready != ready) {
                        entry.ready = ready;
                        bump();
                    }
                }
            };
        }
    }

    static final class NeverRunsOut extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                void expire() {}
            };
        }
    }

    static final class TakesTheNeighbourOut extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                void released(TreeMap<String, Entry> all, String id, Entry entry) {
                    all.clear();
                }
            };
        }
    }

    static final class TakesTheSuccessorOut extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                void released(TreeMap<String, Entry> all, String id, Entry entry) {
                    all.remove(id);
                }
            };
        }
    }

    static final class NeverTakesOut extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                void released(TreeMap<String, Entry> all, String id, Entry entry) {}
            };
        }
    }

    static final class ForgetsMetadata extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                Entry entry(ServiceInstance instance, RegistrationOptions options) {
                    ServiceInstance bare = ServiceInstance.of(instance.service(), instance.host(), instance.port())
                            .withId(instance.id());
                    return super.entry(bare, options);
                }
            };
        }
    }

    static final class LosesNonAscii extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                Entry entry(ServiceInstance instance, RegistrationOptions options) {
                    ServiceInstance mangled = instance;
                    for (Map.Entry<String, String> each : instance.metadata().entrySet()) {
                        mangled = mangled.withMetadata(
                                each.getKey(), each.getValue().replaceAll("[^\\x00-\\x7f]", "?"));
                    }
                    return super.entry(mangled, options);
                }
            };
        }
    }

    static final class ReportsWhatIsNotReady extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                Entry entry(ServiceInstance instance, RegistrationOptions options) {
                    return super.entry(instance, options.withReady(true));
                }

                @Override
                void renewed(Entry entry, boolean ready) {
                    super.renewed(entry, true);
                }
            };
        }
    }

    static final class NamesByPrefix extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                List<ServiceInstance> found(String service) {
                    List<ServiceInstance> all = new ArrayList<>(super.found(service));
                    all.addAll(super.found(service + "x"));
                    return all;
                }
            };
        }
    }

    static final class NamesTwice extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                List<ServiceInstance> found(String service) {
                    List<ServiceInstance> all = new ArrayList<>(super.found(service));
                    if (!all.isEmpty()) {
                        all.add(ServiceInstance.of(service, "127.0.0.99", 1)
                                .withId(all.getFirst().id()));
                    }
                    return all;
                }
            };
        }
    }

    static final class NamesTenAtMost extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                List<ServiceInstance> found(String service) {
                    return super.found(service).stream().limit(10).toList();
                }
            };
        }
    }

    static final class RenewsWhatItDoesNotKnow extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                boolean knows(@Nullable Entry now, Entry held) {
                    return true;
                }
            };
        }
    }

    static final class KeepsOneOfAnIdForAll extends Faulty {
        @Override
        Memory memory() {
            return new Memory() {
                @Override
                String key(String service) {
                    return "";
                }

                @Override
                List<ServiceInstance> found(String service) {
                    return super.found("").stream()
                            .filter(each -> each.service().equals(service))
                            .toList();
                }
            };
        }
    }
}
