// Jobs without an effect by graphile-worker: node jobs_graphile.mjs POSTGRES_URL COUNT CONCURRENCY
// COUNT jobs enqueued in bulk and drained, per second, with the CPU of this process for each in µs; then enqueued one by
// one by sixteen at once, per second.
import { createRequire } from "node:module";

const { makeWorkerUtils, run, Logger } = createRequire(import.meta.url)("graphile-worker");
const [connectionString, count, concurrency] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const logger = new Logger(() => () => {});
const utils = await makeWorkerUtils({ connectionString, logger, maxPoolSize: 16 });
await utils.migrate();
const cpu = process.cpuUsage();
let begun = performance.now();
for (let from = 0; from < count; from += 1000) {
  await utils.addJobs(Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({ identifier: "noop", payload: { n: from + n } })));
}
const enqueued = (performance.now() - begun) / 1000;
let done = 0;
begun = performance.now();
await new Promise((resolve, reject) => {
  const noop = async () => void (++done === count && resolve());
  run({ connectionString, concurrency, logger, noHandleSignals: true, taskList: { noop }, preset: { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0 } } }).catch(reject);
});
const drained = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
const single = 2000;
begun = performance.now();
const lane = async () => {
  for (let n = 0; n < single / 16; n++) await utils.addJob("later", { n });
};
await Promise.all(Array.from({ length: 16 }, lane));
const took = (performance.now() - begun) / 1000;
console.log(JSON.stringify({ enqueued: count / enqueued, drained: count / drained, cpu_us: (user + system) / count, single: single / took }));
process.exit(0);
