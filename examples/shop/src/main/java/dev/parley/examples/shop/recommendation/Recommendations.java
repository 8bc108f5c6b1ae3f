package dev.parley.examples.shop.recommendation;

import dev.parley.examples.shop.recommendation.v1.GetSuggestionsRequest;
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsResponse;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.recommendation.v1.Simulate;
import dev.parley.examples.shop.recommendation.v1.Suggestion;
import dev.parley.examples.shop.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The recommendation service: what is popular, less what the user is looking at. */
public final class Recommendations implements RecommendationService {

    private final List<String> popular;
    private final Map<String, Simulation> misbehaving;

    /** A service that suggests {@code popular} products, and for some users is {@code misbehaving}. */
    public Recommendations(List<String> popular, Map<String, Simulation> misbehaving) {
        this.popular = List.copyOf(popular);
        this.misbehaving = Map.copyOf(misbehaving);
    }

    @Override
    public GetSuggestionsResponse getSuggestions(GetSuggestionsRequest request) {
        simulation(request).play();
        GetSuggestionsResponse.Builder response = GetSuggestionsResponse.newBuilder();
        for (String productId : popular) {
            if (!productId.equals(request.getProductId())) {
                response.addItems(
                        Suggestion.newBuilder().setProductId(productId).setReason("others like it"));
            }
        }
        return response.build();
    }

    private Simulation simulation(GetSuggestionsRequest request) {
        if (!request.hasSimulate()) {
            return misbehaving.getOrDefault(request.getUserId(), Simulation.NONE);
        }
        Simulate wanted = request.getSimulate();
        return new Simulation(Duration.ofMillis(wanted.getDelayMs()), wanted.getFail());
    }
}
