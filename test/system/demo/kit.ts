import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountsOf } from 'passfob/inventory/accounts';
import { unseal } from 'passfob/inventory/encryption';
import { openInventory } from 'passfob/inventory/inventory';
import { pairingsOf } from 'passfob/inventory/pairings';
import { onTestFinished } from 'vitest';
import { built, needsBuilt } from '../../kit/built.ts';
import { secret } from '../../kit/secrets.ts';

const MAIN = built('demo/dist/main.js');

/** The demo runs built processes. */
export const needsBuild = needsBuilt(
  'demo/dist/main.js',
  'simulator/dist/main.js',
  'firmware/dist/image/pico',
);

/** The demo as a separate process. */
export interface Demo {
  readonly pid: number;
  /** Everything it has printed so far. */
  printed(): { readonly stdout: string; readonly stderr: string };
  /**
   * Waits for words on standard output.
   * @throws where it ends without them
   */
  until(words: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Starts the demo; the search for secrets covers its output. It ends with the test at the latest. */
export function demo(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Demo {
  const { PASSFOB_DEBUG: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kept = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => {
    kept.stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    kept.stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      keep(`${kept.stdout}${kept.stderr}`);
      resolve({ code, ...kept });
    });
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return {
    pid: child.pid ?? -1,
    printed: () => ({ ...kept }),
    until: words => printedBy(child, words, () => kept),
    kill: signal => void child.kill(signal),
    ended,
  };
}

function printedBy(
  child: ChildProcess,
  words: RegExp,
  kept: () => { readonly stdout: string; readonly stderr: string },
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = words.exec(kept().stdout);
      if (found) resolve(found);
    };
    child.stdout?.on('data', look);
    child.once('close', () => reject(new Error(`the demo ended: ${kept().stderr}`)));
    look();
  });
}

function keep(printed: string): void {
  const directory = process.env.PASSFOB_OUTPUT_DIR;
  if (directory) appendFileSync(join(directory, 'demo-printed'), printed);
}

/**
 * Starts the page of the demo.
 * @returns its address with its key, when it is there
 */
export async function demoPage(args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const running = demo(args, environment);
  const [, url = ''] = await running.until(/(http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43})\n/);
  return { running, url };
}

/**
 * Records the secrets that a kept folder of the demo holds: those of its fob and accounts, and the keys that encrypt
 * them.
 * @returns how many
 */
export async function recordSecrets(home: string, serial: string): Promise<number> {
  const inventory = openInventory(join(home, 'inventory'));
  const { db, keys } = inventory;
  const found: Uint8Array[] = [];
  try {
    for (const { id } of await pairingsOf(inventory, serial)) {
      const sealed = await db
        .selectFrom('secrets')
        .select(['device_secret', 'pairing_key', 'recovery_key'])
        .where('pairing_id', '=', id)
        .executeTakeFirstOrThrow();
      for (const [column, box] of Object.entries(sealed)) {
        found.push(unseal(keys, { column: `secrets.${column}`, id: String(id) }, box));
      }
      found.push(...(await accountsOf(inventory, id)).map(({ key }) => key));
    }
  } finally {
    await inventory.close();
  }
  for (const path of ['inventory/inventory.key', 'service/service.key']) {
    // A key of 32 bytes in base64.
    const written = readFileSync(join(home, path), 'utf8').match(/[\w+/]{43}=/g) ?? [];
    found.push(...written.map(key => new Uint8Array(Buffer.from(key, 'base64'))));
  }
  for (const value of found) secret(value);
  return found.length;
}

/** Returns the process ids of the simulators that a demo has started (Linux's /proc). */
export function simulatorOf(parent: number): number {
  const [found] = simulatorsOf(parent);
  // Never a default: signals to some numbers reach every process.
  if (found === undefined) throw new Error('the demo has no simulator');
  return found;
}

function simulatorsOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        // proc_pid_stat(5): pid (comm) state ppid …
        const ppid = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return Number(ppid) === parent && /simulator[\\/]dist[\\/]main\.js/.test(command);
      } catch {
        return false;
      }
    })
    .map(Number);
}
