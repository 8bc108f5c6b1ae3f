// Reads an AsyncAPI document from standard input and tells what AsyncAPI's own parser finds in it.
import { Parser } from '@asyncapi/parser';
import { ProtoBuffSchemaParser } from '@asyncapi/protobuf-schema-parser';

let text = '';
for await (const chunk of process.stdin) {
  text += chunk;
}
const parser = new Parser();
parser.registerSchemaParser(ProtoBuffSchemaParser());
const { document, diagnostics } = await parser.parse(text);
const errors = diagnostics.filter((each) => each.severity === 0);
console.log(
  JSON.stringify({
    errors: errors.map((each) => each.path.join('.') + ': ' + each.message),
    version: document?.version(),
    channels: document?.channels().all().map((each) => each.address()),
    operations: document?.operations().all().map((each) => each.action() + ' ' + each.id()),
    messages: document?.operations().all().flatMap((each) => each.messages().all().map((message) => message.name())),
    payloads: Object.fromEntries(
      document?.operations().all().flatMap((each) => each.messages().all().map((message) => [message.name(), message.payload()?.json()])) ?? [],
    ),
    placed: document?.components().schemas().get('Placed')?.json(),
  }),
);
