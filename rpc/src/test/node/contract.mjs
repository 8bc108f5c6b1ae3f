// The interop contract, read from a descriptor set, and how scripts tell the Java test what they have seen.
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';

export function contract(descriptorSet) {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
  return {
    service: registry.getService('parley.interop.v1.InteropService'),
    badRequest: registry.getMessage('google.rpc.BadRequest'),
  };
}

/** A method that no server has. */
export function unknown(method, name, typeName = method.parent.typeName) {
  return { ...method, name, parent: { ...method.parent, typeName } };
}

export async function* asks(count, more = {}) {
  for (let i = 0; i < count; i++) {
    yield { text: `m${i}`, ...more };
  }
}

/** What a call fails with: its code, its message and the fields in its details. */
export async function failureOf(badRequest, run) {
  try {
    await run();
    return 'no error';
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const fields = error.findDetails(badRequest).map((detail) => detail.fieldViolations[0].field);
    return [Code[error.code], error.rawMessage, ...fields];
  }
}

export async function drain(stream, each = () => {}) {
  for await (const message of stream) {
    each(message);
  }
}

/** What a stream of requests is made of while it is sent. */
export class Queue {
  #items = [];
  #wake = () => {};

  push(item) {
    this.#items.push(item);
    this.#wake();
  }

  end() {
    this.push(undefined);
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#items.length === 0) {
        await new Promise((resolve) => (this.#wake = resolve));
      }
      const item = this.#items.shift();
      if (item === undefined) {
        return;
      }
      yield item;
    }
  }
}
