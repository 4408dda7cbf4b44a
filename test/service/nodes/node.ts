import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { othersOutside } from '../../kit/bundle.ts';
import type { Order, Started } from './server.ts';

const FOLDER = 'service/dist/test';

/** A process under test. */
export interface Node extends Started {
  readonly process: ChildProcess;
  /** Processor time of all its threads so far, in microseconds. */
  usedMicroseconds(): Promise<number>;
  /** Its memory in bytes, after a garbage collection. */
  memory(): Promise<NodeJS.MemoryUsage>;
  /** Terminates the worker thread, as a crash would. */
  breakThread(): void;
  /** Opens and closes the database file in the process, so that its locks on the file are gone. */
  loseLocks(): void;
  /** Closes the service; the exit of the process reports an end by itself. */
  end(): Promise<void>;
  /** Kills the process like a power cut: without messages or clean-up. */
  kill(): Promise<void>;
}

/** Starts a service, or a bare route, in a process of its own. */
export async function startNode(order: Order): Promise<Node> {
  await bundle();
  const child = fork(`${FOLDER}/node.js`, { stdio: 'inherit', execArgv: [] });
  child.send(order);
  const early = once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended early with ${code}`)));
  const [started] = (await Promise.race([once(child, 'message'), early])) as [Started];
  // The end is only awaited from here on.
  early.catch(() => undefined);
  return {
    ...started,
    process: child,
    async usedMicroseconds() {
      const told = once(child, 'message');
      child.send('usage');
      const [{ user, system }] = (await told) as [NodeJS.CpuUsage];
      return user + system;
    },
    async memory() {
      const told = once(child, 'message');
      child.send('memory');
      const [memory] = (await told) as [NodeJS.MemoryUsage];
      return memory;
    },
    breakThread: () => void child.send('break'),
    loseLocks: () => void child.send('lose locks'),
    async end() {
      const ended = once(child, 'exit');
      child.send('end');
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`ended with ${code}`);
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Bundles the program of a node. Several tests do so at once, so each file is replaced as a whole. */
async function bundle(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const { outputFiles } = await build({
    // The worker thread's file must be beside the file that starts it.
    entryPoints: {
      node: 'test/service/nodes/server.ts',
      worker: 'service/subjects/validation/thread/worker.ts',
    },
    outdir: FOLDER,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
    plugins: [othersOutside],
    logLevel: 'error',
  });
  for (const { path, contents } of outputFiles) {
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
}
