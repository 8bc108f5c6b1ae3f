// Calls the interop service with connect-node and prints one JSON line a step; the Java test compares them.
// Usage: node peer.mjs BASE_URL DESCRIPTOR_SET_FILE connect|grpc|grpc-web 1.1|2 json|proto identity|gzip
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';

const [baseUrl, setFile, protocol, httpVersion, codec, compression] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(setFile)));
const service = registry.getService('parley.interop.v1.InteropService');
const badRequest = registry.getMessage('google.rpc.BadRequest');
const options = { baseUrl, httpVersion, useBinaryFormat: codec === 'proto', useHttpGet: true };
if (compression === 'gzip') {
  Object.assign(options, { sendCompression: compressionGzip, compressMinBytes: 1 });
}
const create = {
  connect: createConnectTransport,
  grpc: createGrpcTransport,
  'grpc-web': createGrpcWebTransport,
}[protocol];
const transport = create(options);
const client = createClient(service, transport);

function say(step, value) {
  console.log(JSON.stringify({ step, value }));
}

async function* asks(count) {
  for (let i = 0; i < count; i++) {
    yield { text: `m${i}` };
  }
}

async function failure(step, run) {
  try {
    await run();
    say(step, 'no error');
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const fields = error.findDetails(badRequest).map((detail) => detail.fieldViolations[0].field);
    say(step, [Code[error.code], error.rawMessage, ...fields]);
  }
}

say('unary', (await client.unary({ text: 'hello' })).text);
say('long', (await client.unary({ text: 'long'.repeat(10000) })).text.length);

let headers;
let trailers;
await client.unary(
  { text: 'metadata' },
  {
    headers: { 'x-echo': 'value', 'x-echo-bin': 'AAH/' },
    onHeader: (h) => (headers = h),
    onTrailer: (t) => (trailers = t),
  },
);
say('metadata', [headers.get('x-echo'), headers.get('x-echo-bin'), trailers.get('x-echo-trailer')]);

let count = 0;
for await (const answer of client.serverStream({ text: 's', count: 500 })) {
  if (answer.index !== count++) {
    throw new Error(`answer ${answer.index} came out of order`);
  }
}
say('serverStream', count);

say('clientStream', (await client.clientStream(asks(100))).index);

if (httpVersion === '2') {
  const texts = [];
  for await (const answer of client.bidi(asks(100))) {
    texts.push(answer.text);
  }
  say('bidi', [texts.length, texts[99]]);
}

await failure('error', () => client.unary({ text: 'e', failCode: 9 }));
await failure('midStream', async () => {
  for await (const answer of client.serverStream({ text: 's', count: 2, failCode: 8 })) {
    void answer;
  }
});
await failure('deadline', () => client.unary({ text: 'late', waitMs: 60000n }, { timeoutMs: 300 }));
await failure('cancel', async () => {
  const abort = new AbortController();
  for await (const answer of client.serverStream({ text: 'c', count: 1, waitMs: 60000n }, { signal: abort.signal })) {
    void answer;
    abort.abort();
  }
});
say('next', (await client.unary({ text: 'still good' })).text);
process.exit(0);
