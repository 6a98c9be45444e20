// Segment's own library for Node, told where we are: argv is the host and the write key. It ends when all is sent.
import { createRequire } from "node:module";

const [host, writeKey, from] = process.argv.slice(2);
const { Analytics } = createRequire(from)("@segment/analytics-node");
const analytics = new Analytics({ host, writeKey, flushAt: 20, flushInterval: 100, maxRetries: 10 });
const wrong = [];
analytics.on("error", (error) => wrong.push(String(error.code ?? error)));

analytics.track({ anonymousId: "b1", event: "Product Viewed", properties: { n: -1 } });
analytics.identify({ userId: "anna", anonymousId: "b1", traits: { email: "anna@shop.example", firstName: "Anna" } });
analytics.group({ userId: "anna", groupId: "acme" });
analytics.page({ userId: "anna", name: "Home", properties: { url: "https://shop.example/" } });
analytics.screen({ userId: "anna", name: "Cart" });
analytics.alias({ userId: "anna", previousId: "b2" });
for (let n = 0; n < 300; n += 1) {
  analytics.track({ userId: `c${n % 50}`, event: "Order Completed", properties: { n, total: 1.5 } });
}
await analytics.closeAndFlush({ timeout: 120_000 });
console.log(JSON.stringify({ wrong }));
