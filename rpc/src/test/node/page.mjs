// What runs in the browser: connect-web by Connect and gRPC-Web, and the grpc-web package in its text format.
import { fromBinary, toBinary, create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web';
import grpcWeb from 'grpc-web';
import { contract, drain, failureOf, unknown } from './contract.mjs';

const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

async function byConnectWeb(descriptors, baseUrl, makeTransport, useBinaryFormat) {
  const { service, badRequest } = contract(bytes(descriptors));
  const transport = makeTransport({ baseUrl, useBinaryFormat, useHttpGet: true });
  const client = createClient(service, transport);
  const told = {};

  told.unary = (await client.unary({ text: 'Größe' })).text;
  told.large = (await client.unary({ text: 'x'.repeat(1 << 20) })).text.length;
  told.get = (await client.look({ text: 'seen' })).text;
  let count = 0;
  await drain(client.serverStream({ text: 's', count: 500 }), (answer) => (count += answer.index === count));
  told.serverStream = count;

  let headers;
  let trailers;
  const metadata = {
    headers: { 'x-echo': 'value', 'x-echo-bin': 'AAH/' },
    onHeader: (h) => (headers = h),
    onTrailer: (t) => (trailers = t),
  };
  const received = () => [
    ...['x-echo', 'x-echo-bin'].map((name) => headers.get(name)),
    ...['x-echo-trailer', 'x-echo-trailer-bin'].map((name) => trailers.get(name)),
  ];
  await client.unary({ text: 'm' }, metadata);
  told.metadata = received();
  await drain(client.serverStream({ text: 'm', count: 1 }, metadata));
  told.streamMetadata = received();

  const failure = (run) => failureOf(badRequest, run);
  told.error = await failure(() => client.unary({ text: 'e', failCode: 9 }));
  told.getError = await failure(() => client.look({ text: 'e', failCode: 5 }));
  let before = 0;
  told.midStream = await failure(() =>
    drain(client.serverStream({ text: 's', count: 2, failCode: 8 }), () => before++),
  );
  told.before = before;
  const nope = unknown(service.method.unary, 'Nope');
  told.unknownMethod = await failure(() => transport.unary(nope, undefined, undefined, undefined, { text: '?' }));

  const { remainingMs } = await client.unary({ text: 'd' }, { timeoutMs: 10_000 });
  told.remaining = remainingMs > 0n && remainingMs <= 10_000n;
  [told.deadline] = await failure(() => client.unary({ text: 'late', waitMs: 60000n }, { timeoutMs: 300 }));
  told.cancel = await failure(async () => {
    const abort = new AbortController();
    const request = { text: 'left', count: 1, waitMs: 60000n };
    await drain(client.serverStream(request, { signal: abort.signal }), () => abort.abort());
  });
  told.next = (await client.unary({ text: 'still good' })).text;
  return told;
}

async function byGrpcWeb(descriptors, baseUrl, format) {
  const { service, badRequest } = contract(bytes(descriptors));
  const client = new grpcWeb.GrpcWebClientBase({ format });
  const method = ({ name, input, output }, type) =>
    new grpcWeb.MethodDescriptor(
      `/${service.typeName}/${name}`,
      type,
      Object,
      Object,
      (ask) => toBinary(input, create(input, ask)),
      (answer) => fromBinary(output, answer),
    );
  const url = (name) => `${baseUrl}/${service.typeName}/${name}`;
  const fields = (error) => {
    const status = error.metadata['grpc-status-details-bin'];
    return status === undefined ? 'no details' : atob(status).includes(badRequest.typeName);
  };
  const unary = (ask, metadata = {}) =>
    new Promise((resolve) => {
      const call = client.rpcCall(
        url('Unary'),
        ask,
        metadata,
        method(service.method.unary, grpcWeb.MethodType.UNARY),
        (error, answer) =>
          resolve(error ? [error.code, error.message, fields(error)] : [answer.text, headers['x-echo']]),
      );
      let headers = {};
      call.on('metadata', (received) => (headers = received));
    });
  const stream = (ask, leave = false) =>
    new Promise((resolve) => {
      let count = 0;
      let ended = 'no status';
      const call = client.serverStreaming(
        url('ServerStream'),
        ask,
        {},
        method(service.method.serverStream, grpcWeb.MethodType.SERVER_STREAMING),
      );
      call.on('data', (answer) => {
        count += answer.index === count;
        if (leave) {
          call.cancel();
          resolve([count]);
        }
      });
      call.on('status', (status) => (ended = status.code));
      call.on('error', (error) => resolve([count, error.code, error.message, fields(error)]));
      call.on('end', () => resolve([count, ended]));
    });
  return {
    unary: await unary({ text: 'Größe' }, { 'x-echo': 'value' }),
    serverStream: await stream({ text: 's', count: 500 }),
    error: await unary({ text: 'e', failCode: 9 }),
    midStream: await stream({ text: 's', count: 2, failCode: 8 }),
    deadline: (await unary({ text: 'late', waitMs: 60000n }, { deadline: String(Date.now() + 300) }))[0],
    cancel: await stream({ text: 'left', count: 1, waitMs: 60000n }, true),
    next: (await unary({ text: 'still good' }))[0],
  };
}

/** What a page gets to see that may not call. */
async function asStranger(descriptors, baseUrl) {
  const { service, badRequest } = contract(bytes(descriptors));
  const told = {};
  for (const [name, makeTransport] of Object.entries({ connect: createConnectTransport, web: createGrpcWebTransport })) {
    const client = createClient(service, makeTransport({ baseUrl }));
    told[name] = await failureOf(badRequest, () => client.unary({ text: 'stolen' }));
    told[`${name}Stream`] = await failureOf(badRequest, () =>
      drain(client.serverStream({ text: 'stolen', count: 1 })),
    );
  }
  // As a form would be sent, which no browser asks about first.
  const response = await fetch(`${baseUrl}/${service.typeName}/Unary`, {
    method: 'POST',
    mode: 'no-cors',
    headers: { 'content-type': 'text/plain' },
    body: '{"text":"stolen"}',
  });
  told.opaque = [response.type, response.status, await response.text()];
  return told;
}

globalThis.peers = {
  calls: async (...where) => ({
    'connect json': await byConnectWeb(...where, createConnectTransport, false),
    'connect proto': await byConnectWeb(...where, createConnectTransport, true),
    'grpc-web json': await byConnectWeb(...where, createGrpcWebTransport, false),
    'grpc-web proto': await byConnectWeb(...where, createGrpcWebTransport, true),
    'grpc-web-text': await byGrpcWeb(...where, 'text'),
  }),
  stranger: asStranger,
};
