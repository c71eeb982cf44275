// Jobs without an effect by graphile-worker: node jobs_graphile.mjs POSTGRES_URL COUNT CONCURRENCY
// Prints seconds to enqueue COUNT jobs in bulk and seconds to drain them.
import { createRequire } from "node:module";

const { makeWorkerUtils, run, Logger } = createRequire(import.meta.url)("graphile-worker");
const [connectionString, count, concurrency] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const logger = new Logger(() => () => {});
const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();
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
console.log(enqueued, (performance.now() - begun) / 1000);
process.exit(0);
