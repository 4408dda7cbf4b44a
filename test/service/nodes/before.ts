import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Need } from '../../kit/tools.ts';

/** The last commit before the parts became packages. */
const COMMIT = 'd04bb3b8a7e27b893cb2a2cc3459b34f014a95da';
const root = fileURLToPath(new URL('../../..', import.meta.url));
const modules = join(root, 'node_modules');
/** Matches the package name of an import that is no path and not part of Node. */
const PACKAGE = /^(?!node:)(?:@[\w.-]+\/)?[\w.-]+/;

/** The program that runs in the tree of that commit. That tree is frozen, and so is this program. */
const PROGRAM = `
import { openStore } from './host/service/data/database.ts';
import { backup } from './host/service/operations/backup.ts';
import { restore } from './host/service/operations/restore.ts';
import { serviceActor } from './host/service/people/actor.ts';
import { openKeyFile } from './host/service/sealing/key-file.ts';
import { createService } from './host/service/service.ts';

let service;
const onRecords = async ({ directory, databaseUrl }, work) => {
  const store = await openStore({ directory, databaseUrl });
  const place = { store, keys: openKeyFile(directory, false), clock: Date.now };
  const result = await work(place).finally(() => store.close());
  return result.ok;
};
const orders = {
  async start(options) {
    service = await createService({ ...options, port: 0, decisionThread: true, version: 'before' });
    return { url: service.url, apiKey: service.apiKey ?? '' };
  },
  async add(token) {
    return (await service.addToken({ ...token, secret: Buffer.from(token.secret, 'hex') })).ok;
  },
  backup: options => onRecords(options, place => backup(place, serviceActor, { path: options.path })),
  restore: options => onRecords(options, place => restore(place, serviceActor, { path: options.path })),
  end: async () => void (await service?.close()),
};
process.on('message', async ({ order, value }) => {
  try {
    process.send({ done: await orders[order](value) });
  } catch (error) {
    process.send({ refused: error.code ?? 'unknown', words: error.message });
  }
});
process.once('disconnect', () => process.exit());
`;

/** A runnable version of the service. */
export interface Version {
  /** Path of the bundle. */
  readonly program: string;
  remove(): void;
}

/** The result of an order to a process of that version. */
export interface Told {
  /** The returned value; absent if it refused. */
  readonly done?: unknown;
  /** Code of the error. */
  readonly refused?: string;
  readonly words?: string;
}

/** Whether the history of this checkout reaches back to that commit; a shallow clone's does not. */
export const needsBefore: Need<true> = {
  name: `the commit ${COMMIT.slice(0, 7)} in the history of this checkout`,
  found:
    spawnSync('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: root, stdio: 'ignore' }).status === 0 ||
    undefined,
};

/**
 * Extracts the tree of that commit and bundles the program of a node, over the packages that are installed here.
 *
 * @throws Error naming the required packages that are no longer installed
 */
export async function buildBefore(): Promise<Version> {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-node-before-'));
  const tree = execFileSync('git', ['archive', COMMIT, 'host', 'protocol', 'package.json'], {
    cwd: root,
    maxBuffer: 256 * 1024 * 1024,
  });
  execFileSync('tar', ['x', '-C', folder], { input: tree });
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const { metafile } = await build({
    absWorkingDir: folder,
    // The worker thread's file must be beside the file that starts it.
    entryPoints: { program: 'program.ts', worker: 'host/service/validation/thread/worker.ts' },
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    metafile: true,
  });
  const named = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  const needed = new Set(named.flatMap(path => PACKAGE.exec(path)?.[0] ?? []));
  const missing = [...needed].filter(name => !existsSync(join(modules, name, 'package.json')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (missing.length === 0) return { program: join(folder, 'dist/program.js'), remove };
  remove();
  throw new Error(
    `the version of before needs packages that are not installed any more: ${missing.join(', ')}`,
  );
}

/** A process of that version, which executes one order at a time. */
export class BeforeProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<never>;

  constructor(program: string) {
    this.child = fork(program, { stdio: 'inherit' });
    this.ended = once(this.child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${code}`)));
    // The end is only awaited from here on.
    this.ended.catch(() => undefined);
  }

  async tell(order: 'start' | 'add' | 'backup' | 'restore' | 'end', value: object = {}): Promise<Told> {
    this.child.send({ order, value });
    const heard = new Promise<Told>(resolve => this.child.once('message', told => resolve(told as Told)));
    return Promise.race([heard, this.ended]);
  }

  /** Kills the process like a power cut. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}
