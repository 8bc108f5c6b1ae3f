// The interop service on connect-node, over node:http or node:http2. Prints a JSON line with its port, one for each
// call that has been left, and one for each response. Runs until its standard input ends.
// Usage: node server.mjs DESCRIPTOR_SET_FILE 1.1|2
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { contract } from './contract.mjs';

const [setFile, httpVersion] = process.argv.slice(2);
const { service, badRequest } = contract(readFileSync(setFile));

function say(line) {
  console.log(JSON.stringify(line));
}

function begin(context) {
  for (const name of ['x-echo', 'x-echo-bin']) {
    const value = context.requestHeader.get(name);
    if (value !== null) {
      context.responseHeader.set(name, value);
      context.responseTrailer.set(name.replace('x-echo', 'x-echo-trailer'), value);
    }
  }
}

function fail({ failCode }) {
  if (failCode !== 0) {
    const detail = { desc: badRequest, value: { fieldViolations: [{ field: 'text', description: 'as asked' }] } };
    throw new ConnectError('failed as asked: ü %', failCode, undefined, [detail]);
  }
}

function wait({ text, waitMs }, context) {
  if (waitMs === 0n) {
    return undefined;
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Number(waitMs));
    context.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      say({ left: text });
      reject(context.signal.reason);
    });
  });
}

function answer(text, index, context) {
  return { text, index, remainingMs: BigInt(Math.ceil(context.timeoutMs() ?? 0)) };
}

async function unary(ask, context) {
  begin(context);
  await wait(ask, context);
  fail(ask);
  return answer(ask.text, 0, context);
}

const implementation = {
  unary,
  look: unary,
  async *serverStream(ask, context) {
    begin(context);
    for (let i = 0; i < ask.count; i++) {
      yield answer(ask.text, i, context);
    }
    await wait(ask, context);
    fail(ask);
  },
  async clientStream(asks, context) {
    begin(context);
    const texts = [];
    for await (const ask of asks) {
      fail(ask);
      texts.push(ask.text);
    }
    return answer(texts.join(','), texts.length, context);
  },
  async *bidi(asks, context) {
    begin(context);
    for await (const ask of asks) {
      fail(ask);
      yield answer(ask.text, 0, context);
    }
  },
};

const adapter = connectNodeAdapter({
  routes: (router) => router.service(service, implementation),
  readMaxBytes: 4 << 20,
});
const encodings = ['content-encoding', 'connect-content-encoding', 'grpc-encoding'];

const encoding = (headers) => encodings.map((name) => headers[name]).find((value) => value !== undefined) ?? 'none';

function listener(request, response) {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (status, headers = {}) => {
    const mark = request.headers['x-mark'] ?? '';
    say({ mark, method: request.method, sent: encoding(request.headers), got: encoding(headers) });
    return writeHead(status, headers);
  };
  adapter(request, response);
}

const server = httpVersion === '2' ? http2.createServer(listener) : http.createServer(listener);
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
