// The npm package `consul` against the registry whose port is the argument. Prints what it has done, a line each; the last is
// "done". Whatever is not as expected throws.
import assert from "node:assert/strict";
import Consul from "consul";

const port = Number(process.argv[2]);
const consul = new Consul({ host: "127.0.0.1", port });
const name = "inventory-service";

/** The next change that a watch sees. */
function follower(watch) {
  const seen = [];
  const waiting = [];
  watch.on("change", (data) => {
    const next = waiting.shift();
    if (next) next(data);
    else seen.push(data);
  });
  watch.on("error", (error) => {
    throw error;
  });
  return {
    async until(what, condition) {
      for (;;) {
        const data = seen.length ? seen.shift() : await new Promise((resolve) => waiting.push(resolve));
        if (condition(data)) {
          console.log(`watch: ${what}`);
          return data;
        }
      }
    },
  };
}

const watch = consul.watch({ method: consul.health.service, options: { service: name, passing: true, wait: "5m" } });
const follow = follower(watch);
await follow.until("nobody", (data) => data.length === 0);

await consul.agent.service.register({
  name,
  id: "inventory-1",
  address: "127.0.0.1",
  port: 7001,
  tags: ["v1", "blue"],
  meta: { version: "1.2", zone: "a" },
  check: { ttl: "1h", status: "passing" },
});
console.log("registered");
const [found] = await follow.until("one", (data) => data.length === 1);
assert.equal(found.Service.ID, "inventory-1");
assert.equal(found.Service.Port, 7001);
assert.deepEqual(found.Service.Tags, ["v1", "blue"]);
assert.deepEqual(found.Service.Meta, { version: "1.2", zone: "a" });
assert.equal(found.Checks.find((each) => each.ServiceID === "inventory-1").Status, "passing");

await consul.agent.service.register({
  name,
  id: "inventory-2",
  address: "127.0.0.2",
  port: 7002,
  checks: [{ ttl: "1h", status: "passing" }, { ttl: "1h", status: "passing" }],
});
await follow.until("two", (data) => data.length === 2);

await consul.agent.check.fail({ id: "service:inventory-1", note: "out of stock" });
await follow.until("one failed", (data) => data.length === 1 && data[0].Service.ID === "inventory-2");
const checks = await consul.agent.checks();
assert.equal(checks["service:inventory-1"].Status, "critical");
assert.equal(checks["service:inventory-1"].Output, "out of stock");
await consul.agent.check.warn("service:inventory-1");
const warned = await consul.health.checks(name);
assert.equal(warned.find((each) => each.CheckID === "service:inventory-1").Status, "warning");
await consul.agent.check.pass("service:inventory-1");
await follow.until("two again", (data) => data.length === 2);

await consul.agent.service.maintenance({ id: "inventory-2", enable: true, reason: "upgrade" });
await follow.until("one in maintenance", (data) => data.length === 1 && data[0].Service.ID === "inventory-1");
await consul.agent.service.maintenance({ id: "inventory-2", enable: false });
await follow.until("both back", (data) => data.length === 2);

assert.deepEqual(Object.keys(await consul.agent.services()).sort(), ["inventory-1", "inventory-2"]);
assert.deepEqual(await consul.catalog.service.list(), { [name]: ["blue", "v1"] });
const nodes = await consul.catalog.service.nodes(name);
assert.deepEqual(nodes.map((each) => each.ServicePort), [7001, 7002]);
const blue = await consul.catalog.service.nodes({ service: name, tag: "blue" });
assert.deepEqual(blue.map((each) => each.ServiceID), ["inventory-1"]);
assert.deepEqual(await consul.catalog.datacenters(), ["dc1"]);
assert.equal((await consul.catalog.node.list()).length, 1);
const node = await consul.catalog.node.services((await consul.catalog.node.list())[0].Node);
assert.equal(node.Services["inventory-2"].Port, 7002);
console.log("catalog");

await consul.agent.check.register({ name: "disk", ttl: "1h", serviceid: "inventory-1", status: "passing" });
assert.equal((await consul.health.checks(name)).length, 4);
await consul.agent.check.deregister("disk");
assert.equal((await consul.health.state("any")).length, 3);
assert.equal((await consul.health.node((await consul.agent.self()).Config.NodeName)).length, 3);
console.log("checks");

assert.match(await consul.status.leader(), /^127\.0\.0\.1:\d+$/);
assert.equal((await consul.status.peers()).length, 1);
assert.equal((await consul.agent.members()).length, 1);
console.log("status");

await assert.rejects(consul.agent.check.pass("nobody"), /Unknown check ID "nobody"/);
await assert.rejects(consul.agent.service.deregister("nobody"), /Unknown service ID "nobody"/);
await assert.rejects(consul.agent.service.register({ id: "nameless", name: "" }), /Missing service name/);
console.log("errors");

await consul.catalog.register({ node: "elsewhere", address: "10.0.0.7", service: { service: name, id: "far", port: 1 } });
await follow.until("three", (data) => data.length === 3 && data.some((each) => each.Node.Address === "10.0.0.7"));
await consul.catalog.deregister({ node: "elsewhere" });
await follow.until("two of three", (data) => data.length === 2);

await consul.agent.service.deregister("inventory-1");
await follow.until("the second", (data) => data.length === 1 && data[0].Service.ID === "inventory-2");
await consul.agent.service.deregister("inventory-2");
await follow.until("nobody again", (data) => data.length === 0);
watch.end();
console.log("done");
process.exit(0);
