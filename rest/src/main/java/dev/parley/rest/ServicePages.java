package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.HttpResponse;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The things of a list that comes in pages, each asked for when the one before has been read. */
final class ServicePages<T> implements Messages.Source<T> {

    private record Page<T>(List<T> things, Optional<ServiceRequest> next) {}

    private final Type element;
    private final Paging paging;
    private final Method method;
    private final CallScope scope;
    private final Queue<T> things = new ArrayDeque<>();
    private @Nullable ServiceRequest next;
    private int pages;

    private ServicePages(ServiceRequest first, Type element, Paging paging) {
        this.element = element;
        this.paging = paging;
        this.method = first.method();
        this.next = first;
        Call parent = Call.find().orElse(null);
        CallScope.Builder builder = CallScope.builder(method).parent(parent);
        if (parent != null) {
            builder.deadline(parent.deadline());
        }
        this.scope = builder.build();
    }

    static <T> Messages<T> of(ServiceRequest first, Type element, Paging paging) {
        ServicePages<T> pages = new ServicePages<>(first, element, paging);
        return Messages.<T>pull(pages).onClose(pages::end);
    }

    @Override
    public @Nullable T receive() throws Exception {
        while (things.isEmpty()) {
            ServiceRequest request = next;
            if (request == null) {
                return null;
            }
            if (pages == paging.maxPages()) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED,
                        method.service() + ' ' + method.name() + " has more than the limit of " + pages
                                + " pages (maxPages)");
            }
            pages++;
            Page<T> page = scope.run((call, asked) -> asked.call(response -> read(asked, response)), request);
            things.addAll(page.things());
            next = page.next().orElse(null);
        }
        return things.remove();
    }

    private void end(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            scope.cancel(failed.error()); // if the reader leaves, a page may be under way
        }
        scope.end(outcome);
    }

    private Page<T> read(ServiceRequest request, HttpResponse response) {
        List<T> some = request.things(element, response);
        return new Page<>(some, paging.cursor().isEmpty() ? byLink(request, response) : byCursor(request, response));
    }

    private Optional<ServiceRequest> byCursor(ServiceRequest request, HttpResponse response) {
        JsonNode cursor = request.answer(element).document(response).path(paging.cursor());
        String text = cursor.isValueNode() && !cursor.isNull() ? cursor.asString("") : "";
        return text.isEmpty() ? Optional.empty() : Optional.of(request.replaced(paging.parameter(), text));
    }

    private Optional<ServiceRequest> byLink(ServiceRequest request, HttpResponse response) {
        Optional<String> link = LinkHeader.find(response.headers(), "next");
        return link.map(target -> request.linked(target)
                .orElseThrow(() -> request.answer(element)
                        .unexpected(response, "but its link to the next page is not below the base URL", null)));
    }
}
