// Calls the interop service with connect-node and prints one JSON line a step; the Java test compares them.
// Usage: node peer.mjs DESCRIPTOR_SET_FILE BASE_URL connect|grpc|grpc-web 1.1|2 json|proto identity|gzip
import { readFileSync } from 'node:fs';
import { Code, createClient } from '@connectrpc/connect';
import {
  compressionBrotli,
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { Queue, asks, contract, drain, failureOf, unknown } from './contract.mjs';

const [setFile, baseUrl, protocol, httpVersion, codec, compression] = process.argv.slice(2);
const { service, badRequest } = contract(readFileSync(setFile));
const bidirectional = httpVersion === '2';

let encoding; // of the last response
const watch = (next) => async (request) => {
  const response = await next(request);
  const names = ['content-encoding', 'connect-content-encoding', 'grpc-encoding'];
  encoding = names.map((name) => response.header.get(name)).find((value) => value !== null) ?? 'none';
  return response;
};

const create = {
  connect: createConnectTransport,
  grpc: createGrpcTransport,
  'grpc-web': createGrpcWebTransport,
}[protocol];
const options = {
  baseUrl,
  httpVersion,
  useBinaryFormat: codec === 'proto',
  useHttpGet: true,
  interceptors: [watch],
  ...(compression === 'gzip' ? { sendCompression: compressionGzip, compressMinBytes: 1 } : {}),
};
const transport = create(options);
const client = createClient(service, transport);

function say(step, value) {
  console.log(JSON.stringify({ step, value }));
}

async function failure(step, run) {
  say(step, await failureOf(badRequest, run));
}

// --- each kind of call

say('unary', (await client.unary({ text: 'hello' })).text);
say('long', [(await client.unary({ text: 'long'.repeat(10000) })).text.length, encoding]);
say('large', (await client.unary({ text: 'x'.repeat(3 << 20) })).text.length);

let count = 0;
await drain(client.serverStream({ text: 's', count: 500 }), (answer) => {
  if (answer.index !== count++) {
    throw new Error(`answer ${answer.index} came out of order`);
  }
});
say('serverStream', count);
count = 0;
await drain(client.serverStream({ text: 'x'.repeat(100_000), count: 40 }), (answer) => (count += answer.text.length));
say('largeStream', [count, encoding]);
await drain(client.serverStream({ text: 'none' }), () => {
  throw new Error('a message of none');
});
say('clientStream', (await client.clientStream(asks(100))).index);
say('emptyClientStream', (await client.clientStream(asks(0))).index);

if (bidirectional) {
  const texts = [];
  await drain(client.bidi(asks(100)), (answer) => texts.push(answer.text));
  say('bidi', [texts.length, texts[99]]);

  const requests = new Queue();
  const answers = client.bidi(requests)[Symbol.asyncIterator]();
  let turns = 0;
  for (; turns < 20; turns++) {
    requests.push({ text: `turn ${turns}` });
    const { value } = await answers.next();
    if (value.text !== `turn ${turns}`) {
      throw new Error(`answer ${value.text} at turn ${turns}`);
    }
  }
  requests.end();
  say('turns', [turns, (await answers.next()).done]);
  await failure('bidiFails', () => drain(client.bidi(asks(10, { failCode: 10 }))));
} else {
  await failure('bidi', () => drain(client.bidi(asks(1))));
}

// --- what travels beside messages

const sent = { 'x-echo': 'value', 'x-echo-bin': 'AAH/' };
let headers;
let trailers;
const metadata = {
  headers: sent,
  onHeader: (h) => (headers = h),
  onTrailer: (t) => (trailers = t),
};
const received = () => [
  headers.get('x-echo'),
  headers.get('x-echo-bin'),
  trailers.get('x-echo-trailer'),
  trailers.get('x-echo-trailer-bin'),
];
await client.unary({ text: 'metadata' }, metadata);
say('metadata', received());
await drain(client.serverStream({ text: 'metadata', count: 1 }, metadata));
say('streamMetadata', received());
try {
  await client.unary({ text: 'metadata', failCode: 3 }, { headers: sent });
} catch (error) {
  say('errorMetadata', [error.metadata.get('x-echo-trailer'), error.metadata.get('x-echo-trailer-bin')]);
}

// --- errors

await failure('error', () => client.unary({ text: 'e', failCode: 9 }));
const codes = [];
for (let code = 1; code <= 16; code++) {
  const [name] = await failureOf(badRequest, () => client.unary({ text: 'e', failCode: code }));
  codes.push(Code[name] === code);
}
say('codes', codes.filter((same) => same).length);
let before = 0;
await failure('midStream', () =>
  drain(client.serverStream({ text: 's', count: 2, failCode: 8 }), () => before++),
);
say('beforeTheFailure', before);
// Over HTTP/1.1 behind the last message: node's client takes an answer that is earlier, and the end of the connection
// behind it, for an error of its writing if it still writes.
await failure('clientStreamFails', () =>
  client.clientStream(bidirectional ? asks(1000, { failCode: 6 }) : asks(1, { failCode: 6 })),
);
const nope = unknown(service.method.unary, 'Nope');
await failure('unknownMethod', () => transport.unary(nope, undefined, undefined, undefined, { text: '?' }));
const nowhere = unknown(service.method.unary, 'Unary', 'parley.interop.v1.Nowhere');
await failure('unknownService', () => transport.unary(nowhere, undefined, undefined, undefined, { text: '?' }));
const [code, message] = await failureOf(badRequest, () => client.unary({ text: 'x'.repeat(5 << 20) }));
say('tooLarge', [code, message.includes('4194304')]);

// --- GET

say('get', (await client.look({ text: 'Größe' })).text);
say('longGet', (await client.look({ text: 'long'.repeat(1000) })).text.length);
await failure('getError', () => client.look({ text: 'e', failCode: 5 }));

// --- encodings that the server lacks

const brotli = createClient(
  service,
  create({ ...options, sendCompression: compressionBrotli, compressMinBytes: 1 }),
);
await failure('brotli', () => brotli.unary({ text: 'squeezed' }));
await failure('brotliStream', () => drain(brotli.serverStream({ text: 'squeezed', count: 1 })));
const onlyBrotli = createClient(service, create({ ...options, acceptCompression: [compressionBrotli] }));
say('acceptsBrotli', [(await onlyBrotli.unary({ text: 'long'.repeat(10000) })).text.length, encoding]);

// --- time and leaving

const { remainingMs } = await client.unary({ text: 'd' }, { timeoutMs: 10_000 });
say('remaining', remainingMs > 0n && remainingMs <= 10_000n);
// Client and server both watch the deadline; the message is that of the faster one.
const [late] = await failureOf(badRequest, () => client.unary({ text: 'late', waitMs: 60000n }, { timeoutMs: 300 }));
say('deadline', late);
const [lateStream] = await failureOf(badRequest, () =>
  drain(client.serverStream({ text: 'late stream', count: 1, waitMs: 60000n }, { timeoutMs: 300 })),
);
say('streamDeadline', lateStream);
await failure('cancel', async () => {
  const abort = new AbortController();
  const options = { signal: abort.signal };
  await drain(client.serverStream({ text: 'left stream', count: 1, waitMs: 60000n }, options), () => abort.abort());
});
await failure('cancelUnary', () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 300);
  return client.unary({ text: 'left', waitMs: 60000n }, { signal: abort.signal });
});
say('next', (await client.unary({ text: 'still good' })).text);
process.exit(0);
