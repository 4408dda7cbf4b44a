import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { gatherLines, jsonLog, type Log } from '@passfob/service/base/log';
import { startBackground } from '@passfob/service/node/background';
import { createService } from '@passfob/service/service';
import { openStore, type StoreOptions } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import Fastify from 'fastify';
import { leastServer, serveBaseline } from '../../tools/bench/validate/baseline.ts';

/** An order to the process under test, over Node's channel between parent and child. */
export type Order =
  /** The least that a log-in costs, with Fastify and without it (`baseline.ts`). */
  | { readonly kind: 'baseline'; readonly directory: string }
  | { readonly kind: 'floor'; readonly directory: string }
  /** port: default a free one. logFile: gets the log that `passfob serve` writes; default: no log. */
  | ({ readonly kind: 'service'; readonly port?: number; readonly logFile?: string } & StoreOptions)
  /** Runs only a node's background work, with its clock that far ahead; webhooks may go to this computer. */
  | ({ readonly kind: 'background'; readonly aheadMs: number } & StoreOptions);

export interface Started {
  readonly url: string;
  readonly apiKey: string;
}

async function startFloor(directory: string): Promise<Started> {
  const server = leastServer(directory);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: '' };
}

async function startBaseline(directory: string): Promise<Started> {
  const app = Fastify({ logger: false });
  serveBaseline(app, directory);
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), apiKey: '' };
}

async function startInBackground(order: Order & { readonly kind: 'background' }): Promise<Started> {
  const { db } = await openStore(order);
  const keys = openKeyFile(order.directory, false);
  startBackground({ db, keys, clock: () => Date.now() + order.aheadMs }, { allowLoopback: true });
  return { url: '', apiKey: '' };
}

/** Logs as `passfob serve` does with its standard error in a file. */
function logTo(path: string): Log {
  const file = openSync(path, 'a');
  const { write } = gatherLines(lines => void writeSync(file, lines));
  return jsonLog(write, 'info', Date.now);
}

let close: (() => Promise<void>) | undefined;
let folder = '';

async function start(order: Order): Promise<Started> {
  if (order.kind === 'floor') return startFloor(order.directory);
  if (order.kind === 'baseline') return startBaseline(order.directory);
  if (order.kind === 'background') return startInBackground(order);
  const { directory, databaseUrl, port = 0, logFile } = order;
  folder = directory;
  const service = await createService({
    directory,
    port,
    decisionThread: true,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(logFile === undefined ? {} : { log: logTo(logFile) }),
  });
  close = service.close;
  return { url: service.url, apiKey: service.apiKey ?? '' };
}

let thread: Worker | undefined;
process.on('worker', (started: Worker) => {
  thread = started;
});

/** Returns the memory use after a garbage collection. */
function memory(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

process.on('message', (order: Order | 'usage' | 'memory' | 'break' | 'lose locks' | 'end') => {
  if (order === 'usage') process.send?.(process.cpuUsage());
  else if (order === 'memory') process.send?.(memory());
  else if (order === 'break') void thread?.terminate();
  // Any code in this process could do so: POSIX drops the locks when a descriptor is closed.
  else if (order === 'lose locks') closeSync(openSync(join(folder, 'service.db'), 'r'));
  else if (order === 'end') void close?.().then(() => process.disconnect());
  else void start(order).then(started => process.send?.(started));
});
process.once('disconnect', () => process.exit());
