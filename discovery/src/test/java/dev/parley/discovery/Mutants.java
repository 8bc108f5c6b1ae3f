package dev.parley.discovery;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Timer;
import dev.parley.resilience.RejectedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clusters that are wrong, each in one way; {@link MutantsTest} runs {@link ClusterSpec} against them. */
final class Mutants {

    private Mutants() {}

    static final class NeverReturns extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            return super.cluster(registry, policy.withTimer(new Timer() {
                @Override
                public long nanoTime() {
                    return timer.nanoTime();
                }

                @Override
                public Scheduled schedule(long delayNanos, Runnable task) {
                    return () -> {};
                }
            }));
        }
    }

    static final class EjectsEverybody extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            OutlierPolicy rule = policy.outliers().orElseThrow();
            return super.cluster(registry, policy.withOutliers(rule.withMaxEjectedShare(1)));
        }
    }

    static final class NeverEjects extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            return super.cluster(registry, policy.withoutOutliers());
        }
    }

    static final class NeverPanics extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            return super.cluster(registry, policy.withPanicShare(0));
        }
    }

    static final class StartsAtFullSpeed extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            return super.cluster(registry, policy.withoutSlowStart());
        }
    }

    static final class NeverForgives extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            OutlierPolicy rule = policy.outliers().orElseThrow();
            return super.cluster(registry, policy.withOutliers(rule.withInterval(java.time.Duration.ofHours(1))));
        }
    }

    static final class CountsEveryError extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            OutlierPolicy rule = policy.outliers().orElseThrow();
            return super.cluster(registry, policy.withOutliers(rule.withFailures(java.util.EnumSet.allOf(Code.class))));
        }
    }

    /** Its balancers are told that nothing has been tried. */
    static final class IgnoresTried extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            return super.cluster(
                    registry,
                    policy.withBalancer(() -> new Forgetful(policy.balancer().create())));
        }
    }

    private record Forgetful(LoadBalancer behind) implements LoadBalancer {
        @Override
        public Endpoint pick(List<Endpoint> available, PickRequest request) {
            return behind.pick(available, new PickRequest() {
                @Override
                public Call call() {
                    return request.call();
                }

                @Override
                public int attempt() {
                    return 1;
                }

                @Override
                public boolean avoids(Endpoint endpoint) {
                    return endpoint.isFull();
                }

                @Override
                public long nanoTime() {
                    return request.nanoTime();
                }

                @Override
                public int inFlight() {
                    return request.inFlight();
                }
            });
        }

        @Override
        public void update(List<Endpoint> endpoints, List<Endpoint> available) {
            behind.update(endpoints, available);
        }

        @Override
        public String why(Endpoint picked, List<Endpoint> available, PickRequest request) {
            return behind.why(picked, available, request);
        }
    }

    /** Takes what {@code mistaken} makes of an error for what the endpoint has done. */
    abstract static class Mistakes extends ClusterSpec {
        abstract @Nullable CallException mistaken(CallException error);

        @Override
        protected String attempt(Cluster cluster, Call call, Handler<String, String> server) throws Exception {
            CallException[] real = new CallException[1];
            try {
                return cluster.intercept(call, "question", (each, question) -> {
                    try {
                        return server.handle(each, question);
                    } catch (CallException e) {
                        CallException other = mistaken(e);
                        if (other == null) {
                            throw e;
                        }
                        real[0] = e;
                        throw other;
                    }
                });
            } catch (CallException e) {
                throw real[0] == null ? e : real[0];
            }
        }
    }

    static final class CountsLocalRejections extends Mistakes {
        @Override
        @Nullable
        CallException mistaken(CallException error) {
            return error instanceof RejectedException ? remote(Code.UNAVAILABLE) : null;
        }
    }

    static final class OverlooksDeadHosts extends Mistakes {
        @Override
        @Nullable
        CallException mistaken(CallException error) {
            return error.origin() == CallException.Origin.LOCAL && error.code() == Code.UNAVAILABLE
                    ? local(Code.INTERNAL, error.retryAdvice())
                    : null;
        }
    }

    /** Makes a new endpoint of each instance at each word of the registry. */
    static final class ForgetsEndpoints extends ClusterSpec {
        @Override
        protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
            HandRegistry forgetful = new HandRegistry();
            registry.watch("stock", found -> {
                forgetful.says();
                forgetful.says(found);
            });
            return super.cluster(forgetful, policy);
        }
    }
}
