package dev.parley.rest;

import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.chain.Chain;
import dev.parley.http.ServiceAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a service client was told; see {@link ServiceClientBuilder}. */
record ServiceSettings(
        String name,
        ServiceAddress address,
        Json json,
        Metadata headers,
        @Nullable Duration timeout,
        String envelope,
        int maxResponseBytes,
        List<Interceptor> interceptors,
        Chain chain) {

    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);
}
