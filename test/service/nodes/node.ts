import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';
import type { Order, Started } from './server.ts';

const BUNDLE = 'dist/test/node.mjs';

/** A process under test. */
export interface Node extends Started {
  readonly process: ChildProcess;
  /** Ends it as a power cut would: nothing is said, nothing finished. */
  kill(): Promise<void>;
}

/** Starts a service, or a bare route, in a process of its own. */
export async function startNode(order: Order): Promise<Node> {
  mkdirSync('dist/test', { recursive: true });
  await build({
    entryPoints: ['test/service/nodes/server.ts'],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const child = fork(BUNDLE, { stdio: 'inherit' });
  child.send(order);
  const [started] = (await once(child, 'message')) as [Started];
  return {
    ...started,
    process: child,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
