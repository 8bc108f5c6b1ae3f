// A service that knows amqplib alone: consumes one message of Parley's, answers it as a CloudEvent, and publishes
// plain JSON. Usage: node peer.mjs URI TOPIC ANSWERS
import amqp from 'amqplib';

const [uri, topic, answers] = process.argv.slice(2);
const connection = await amqp.connect(uri);
const channel = await connection.createConfirmChannel();

await channel.assertExchange('parley', 'topic', { durable: true });
await channel.assertExchange('orders', 'topic', { durable: true });
const { queue } = await channel.assertQueue('', { exclusive: true });
await channel.bindQueue(queue, 'parley', topic);

const received = new Promise((resolve) => channel.consume(queue, resolve, { noAck: true }));
console.log('ready');
const message = await received;
const { contentType, messageId, type, headers } = message.properties;
console.log('received ' + JSON.stringify({
    key: message.fields.routingKey, contentType, messageId, type, headers, body: JSON.parse(message.content),
}));

channel.publish('parley', answers, Buffer.from(JSON.stringify({ answer: 42 })), {
    persistent: true,
    contentType: 'application/json',
    headers: {
        'cloudEvents:specversion': '1.0',
        'cloudEvents:id': 'answer-1',
        'cloudEvents:source': 'urn:peer',
        'cloudEvents:type': 'answer.given',
        'cloudEvents:time': '2026-11-27T00:00:00Z',
        'cloudEvents:correlationid': headers['cloudEvents:id'],
    },
});
channel.publish('orders', 'order.created', Buffer.from(JSON.stringify({ id: 'o-1', total: 1250 })), {
    persistent: true,
    contentType: 'application/json',
});
await channel.waitForConfirms();
await connection.close();
console.log('done');
