import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountsOf } from 'passfob/inventory/accounts';
import { unseal } from 'passfob/inventory/encryption';
import { openInventory } from 'passfob/inventory/inventory';
import { pairingsOf } from 'passfob/inventory/pairings';
import { built, needsBuilt } from '../../kit/built.ts';
import { secret } from '../../kit/secrets.ts';
import { type Started, started } from '../../kit/started.ts';
import { childrenOf } from '../faceplates/kit.ts';

const MAIN = built('demo/dist/main.js');

/** The demo runs built processes. */
export const needsBuild = needsBuilt(
  'demo/dist/main.js',
  'simulator/dist/main.js',
  'firmware/dist/image/pico',
);

/** The demo as a separate process; the search for secrets covers its output. */
export function demo(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
  const { PASSFOB_DEBUG: _, ...inherited } = process.env;
  const env = { ...inherited, ...environment };
  const running = started(process.execPath, [MAIN, ...args], { env, endsBy: 'SIGTERM' });
  void running.ended.then(({ stdout, stderr }) => keep(`${stdout}${stderr}`));
  return running;
}

export function keep(printed: string): void {
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

/** Returns the process id of the simulator that a demo has started. */
export function simulatorOf(parent: number): number {
  const isSimulator = (pid: number) =>
    /simulator[\\/]dist[\\/]main\.js/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const found = childrenOf(parent, 'node').find(isSimulator);
  // Never a default: signals to some numbers reach every process.
  if (found === undefined) throw new Error('the demo has no simulator');
  return found;
}
