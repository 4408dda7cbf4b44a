import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Not copied: what git keeps, what is linked, and what other commands leave. */
const LEFT_OUT = /(?:^|[\\/])(?:\.git|node_modules|packed|coverage)$/;
/** What was built, but for the images and their sources: tests run the rest of the code from its sources. */
const BUILT = /[\\/]dist$/;
const OF_IMAGES = /[\\/](?:firmware|protocol)[\\/]dist$/;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How a program ended. */
export interface Ending {
  /** Null if it was killed because it took too long. */
  readonly code: number | null;
  /** What it printed, both streams together. */
  readonly printed: string;
}

/**
 * A folder for copies of the tree, and the programs that run in them. When this process is told to end, it ends the
 * programs and removes the folder.
 */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'passfob-mutants-'));
  readonly #running = new Set<ChildProcess>();

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#end);
  }

  readonly #end = (signal: NodeJS.Signals) => {
    this.remove();
    process.exit(128 + constants.signals[signal]);
  };

  /** Ends what runs, and removes all copies. */
  remove(): void {
    for (const signal of SIGNALS) process.off(signal, this.#end);
    for (const child of this.#running) endGroup(child);
    // A program that is just ending may still write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /**
   * Copies a tree. The copy has packages by links, and the workspaces among them as its own folders.
   * @returns the copy's folder
   */
  copy(tree: string, name: string): string {
    const copy = join(this.folder, name);
    const isTaken = (path: string) => !LEFT_OUT.test(path) && (!BUILT.test(path) || OF_IMAGES.test(path));
    cpSync(tree, copy, { recursive: true, filter: isTaken });
    linkPackages(join(tree, 'node_modules'), join(copy, 'node_modules'));
    return copy;
  }

  /** Runs a program of Node in a copy. @param msMax it is killed after this time */
  run(cwd: string, args: readonly string[], msMax: number): Promise<Ending> {
    // Of the run that this one may be a part of it must not know.
    const own = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|PASSFOB_)/.test(name));
    const env = { ...Object.fromEntries(own), NO_COLOR: '1' };
    // A group of its own, to be ended with all that it starts.
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    const timer = setTimeout(() => endGroup(child), msMax);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', code => {
        clearTimeout(timer);
        this.#running.delete(child);
        resolve({ code, printed });
      });
    });
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Links packages, copies links to workspaces, and goes into scopes (`@name`). */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (lstatSync(source).isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
    else if (name.startsWith('@')) linkPackages(source, target);
    // Names with a dot are caches.
    else if (!name.startsWith('.')) symlinkSync(source, target);
  }
}
