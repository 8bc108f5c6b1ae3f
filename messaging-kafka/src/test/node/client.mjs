// The npm package `kafkajs` as a peer: `client.mjs BROKER TOPIC` says "ready" once it takes part, prints each message that it gets as a
// line of JSON, and answers the one whose value is "enough" with three messages of its own on TOPIC.back; the last line is "done".
import { Kafka, logLevel } from "kafkajs";

const [broker, topic] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "peer", brokers: [broker], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `${topic}.kafkajs` });
const producer = kafka.producer();

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });

const enough = new Promise((resolve) => {
  consumer.run({
    eachMessage: async ({ message }) => {
      const value = message.value.toString();
      const headers = Object.fromEntries(Object.entries(message.headers).map(([name, text]) => [name, text.toString()]));
      console.log(JSON.stringify({ key: message.key?.toString() ?? null, value, headers }));
      if (value === "enough") resolve();
    },
  });
});
console.log("ready");
await enough;

await producer.send({
  topic: `${topic}.back`,
  messages: [
    {
      key: "k-1",
      value: JSON.stringify({ order: "o-1" }),
      headers: { "content-type": "application/json", "x-plain": "grün" },
    },
    {
      key: "k-2",
      value: '{"order":"o-2"}',
      headers: {
        ce_specversion: "1.0",
        ce_id: "id-2",
        ce_source: "/kafkajs",
        ce_type: "order.placed",
        ce_tenant: "acme",
        "content-type": "application/json",
      },
    },
    {
      value: JSON.stringify({
        specversion: "1.0",
        id: "id-3",
        source: "/kafkajs",
        type: "order.placed",
        datacontenttype: "application/json",
        data: { order: "o-3" },
      }),
      headers: { "content-type": "application/cloudevents+json; charset=UTF-8" },
    },
  ],
});
await consumer.disconnect();
await producer.disconnect();
console.log("done");
