package dev.parley.resilience;

import dev.parley.Call;
import dev.parley.Explanation;
import org.jspecify.annotations.Nullable;

/** Refusals as decisions about a call; listeners have been told of them where they were made. */
final class Rejections {

    private Rejections() {}

    static RejectedException noted(@Nullable Call call, String policy, RejectedException error) {
        if (call != null) {
            Explanation.note(call, () -> new ResilienceEvent.Rejected(policy, error));
        }
        return error;
    }
}
