package dev.parley.tck.messaging;

class MemoryBrokerTest extends BrokerSuite {

    @Override
    protected BrokerUnderTest subject() {
        return () -> "memory:tck";
    }
}
