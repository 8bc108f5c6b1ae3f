package dev.parley.tck;

import dev.parley.IdempotencyStore;

class InMemoryIdempotencyStoreTest extends IdempotencyStoreSuite {

    @Override
    protected IdempotencyStore store() {
        return IdempotencyStore.inMemory();
    }
}
