// Reads an AsyncAPI document from standard input and tells what AsyncAPI's own parser finds in it.
import { Parser } from '@asyncapi/parser';

let text = '';
for await (const chunk of process.stdin) {
  text += chunk;
}
const { document, diagnostics } = await new Parser().parse(text);
const errors = diagnostics.filter((each) => each.severity === 0);
console.log(
  JSON.stringify({
    errors: errors.map((each) => each.path.join('.') + ': ' + each.message),
    version: document?.version(),
    channels: document?.channels().all().map((each) => each.address()),
    operations: document?.operations().all().map((each) => each.action() + ' ' + each.id()),
    messages: document?.operations().all().flatMap((each) => each.messages().all().map((message) => message.name())),
    placed: document?.components().schemas().get('Placed')?.json(),
  }),
);
