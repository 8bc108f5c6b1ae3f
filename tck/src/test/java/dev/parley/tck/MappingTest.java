package dev.parley.tck;

import dev.parley.Interceptor;

class MappingTest extends InterceptorSuite {

    @Override
    protected Interceptor interceptor() {
        return new OnResponses(messages -> messages.map(text -> "<" + text).map(text -> text.substring(1)));
    }
}
