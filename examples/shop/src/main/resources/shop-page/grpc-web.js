// gRPC-Web with JSON, by hand. A body is envelopes of a flag, four bytes of length and a message; the one that has the
// flag 0x80 is the last and holds the trailers, in which the status stands.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md

const TRAILERS = 0x80;
const UNKNOWN = 2;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;

/** A call that failed: one of gRPC's codes, and why. */
export class RpcError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The answers of a method, as they come. A method's name is `package.Service/Method`. */
export async function* stream(server, method, request, headers = {}, signal = undefined) {
  const json = new TextEncoder().encode(JSON.stringify(request));
  const body = new Uint8Array(5 + json.length);
  new DataView(body.buffer).setUint32(1, json.length);
  body.set(json, 5);
  const response = await fetch(`${server}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+json', 'x-grpc-web': '1', ...headers },
    body,
    signal,
  });
  if (!response.ok) {
    throw new RpcError(response.status === 404 ? UNIMPLEMENTED : UNAVAILABLE, `${method} answers HTTP ${response.status}`);
  }
  if (response.headers.has('grpc-status')) {
    // A call that fails at once may do so in its headers alone.
    return check(response.headers.get('grpc-status'), response.headers.get('grpc-message'));
  }
  for await (const { flag, bytes } of envelopes(response.body)) {
    const text = new TextDecoder().decode(bytes);
    if (flag & TRAILERS) {
      const trailers = new Map(text.split('\r\n').map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]));
      return check(trailers.get('grpc-status'), trailers.get('grpc-message'));
    }
    yield JSON.parse(text);
  }
  throw new RpcError(UNAVAILABLE, `the answer of ${method} broke off`);
}

/** The one answer of a method, within ten seconds. */
export async function unary(server, method, request) {
  const answers = [];
  for await (const answer of stream(server, method, request, { 'grpc-timeout': '10S' })) {
    answers.push(answer);
  }
  if (answers.length !== 1) {
    throw new RpcError(UNIMPLEMENTED, `${method} answered ${answers.length} times`);
  }
  return answers[0];
}

function check(status, message) {
  if (status !== '0') {
    throw new RpcError(Number(status ?? UNKNOWN), unescaped(message ?? ''));
  }
}

function unescaped(message) {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

async function* envelopes(body) {
  const reader = body.getReader();
  let rest = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const bytes = new Uint8Array(rest.length + value.length);
      bytes.set(rest);
      bytes.set(value, rest.length);
      let at = 0;
      while (bytes.length - at >= 5) {
        const end = at + 5 + new DataView(bytes.buffer).getUint32(at + 1);
        if (end > bytes.length) {
          break;
        }
        yield { flag: bytes[at], bytes: bytes.subarray(at + 5, end) };
        at = end;
      }
      rest = bytes.slice(at);
    }
  } finally {
    await reader.cancel().catch(() => {}); // who leaves early hangs up
  }
}
