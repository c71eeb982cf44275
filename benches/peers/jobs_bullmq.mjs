// Jobs without an effect by BullMQ: node jobs_bullmq.mjs REDIS_URL COUNT CONCURRENCY drain|crowd
// drain: COUNT jobs enqueued in bulk and drained, per second, then, at a steady 500 jobs a second for ten seconds with
// the producer in another process, the median and the 99th percentile in ms.
// crowd: how long 99 of 100 jobs wait, in ms, of which one comes every 10 ms behind COUNT jobs that take 20 ms each.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";

const { Queue, Worker } = createRequire(import.meta.url)("bullmq");
const [url, count, concurrency, role] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5]];
const { hostname: host, port } = new URL(url);
const connection = { host, port: Number(port), maxRetriesPerRequest: null };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (role === "produce") {
  const queue = new Queue("steady", { connection });
  await queue.waitUntilReady();
  const begun = Date.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor((Date.now() - begun) / 2));
    for (; sent < due; sent++) queue.add("steady", { at: performance.timeOrigin + performance.now() }, { removeOnComplete: true });
    await pause(1);
  }
  await pause(1000);
  process.exit(0);
}

const bulk = async (queue, name) => {
  for (let from = 0; from < count; from += 1000) {
    const jobs = Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({ name, data: { n: from + n }, opts: { removeOnComplete: true } }));
    await queue.addBulk(jobs);
  }
};
const now = () => performance.timeOrigin + performance.now();

if (role === "crowd") {
  const queue = new Queue("crowd", { connection });
  await bulk(queue, "big");
  const small = 1000;
  const waits = [];
  const work = async (job) => {
    if (job.name === "small") waits.push(now() - job.data.at);
    await pause(20);
  };
  const all = new Promise((resolve) => new Worker("crowd", work, { connection, concurrency }).on("completed", () => waits.length === small && resolve()));
  await pause(500);
  const begun = Date.now();
  for (let sent = 0; sent < small; ) {
    const due = Math.min(small, Math.floor((Date.now() - begun) / 10));
    for (; sent < due; sent++) queue.add("small", { at: now() }, { removeOnComplete: true });
    await pause(1);
  }
  await all;
  waits.sort((a, b) => a - b);
  console.log(JSON.stringify({ crowd_p99: waits[Math.floor(small * 0.99)] }));
  process.exit(0);
}

const queue = new Queue("drain", { connection });
await queue.waitUntilReady();
let begun = performance.now();
await bulk(queue, "noop");
const enqueued = (performance.now() - begun) / 1000;
begun = performance.now();
let done = 0;
await new Promise((resolve) => {
  const worker = new Worker("drain", async () => {}, { connection, concurrency });
  worker.on("completed", () => ++done === count && resolve());
});
const drained = (performance.now() - begun) / 1000;

const waits = [];
const steady = 5000;
await new Promise((resolve) => {
  new Worker("steady", async (job) => void waits.push(now() - job.data.at), { connection, concurrency }).on("completed", () => waits.length === steady && resolve());
  spawn(process.execPath, [process.argv[1], url, String(steady), "1", "produce"], { stdio: "inherit" });
});
waits.sort((a, b) => a - b);
console.log(JSON.stringify({ enqueued: count / enqueued, drained: count / drained, p50: waits[steady / 2], p99: waits[Math.floor(steady * 0.99)] }));
process.exit(0);
