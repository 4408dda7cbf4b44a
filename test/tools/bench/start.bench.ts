import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { begin, spreadOf, withSpread } from './figures/record.ts';

const ROUNDS = 15;
const program = fileURLToPath(new URL('../../../host/bin/passfob.js', import.meta.url));
const home = temporaryFolder('bench-start');
const env = { ...process.env, PASSFOB_HOME: home, XDG_CACHE_HOME: home };

/** Does something that a person waits for. */
type Start = () => void | Promise<void>;

/** Runs a command to its end. @param status its exit code */
const ran = (args: readonly string[], status = 0): Start => {
  return () => {
    const ended = spawnSync(process.execPath, args, { stdio: 'ignore', env });
    expect([args.slice(1), ended.status]).toEqual([args.slice(1), status]);
  };
};

/** Starts the service in a folder that it has used before, until it is ready. */
async function served(): Promise<void> {
  const args = [program, 'serve', '--dir', `${home}/service`, '--port', '0', '--no-admin-link'];
  const service = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env });
  for await (const line of createInterface({ input: service.stdout })) if (/listens at/.test(line)) break;
  readyAtMs = performance.now();
  service.kill();
  await once(service, 'close');
}

/** When the last start was done, where that is before its process ends. */
let readyAtMs = 0;

const noFob = EXIT_CODES['no-fob'].code;

/** What a person waits for, and Node alone. */
const STARTS: Readonly<Record<string, Start>> = {
  'yardstick: `node -e 0`': ran(['-e', '0']),
  '`passfob --version`': ran([program, '--version']),
  'completion of a command': ran([program, '--complete', 'en']),
  'completion of an option': ran([program, '--complete', 'enroll', '--']),
  '`passfob --help`': ran([program, '--help']),
  '`passfob list` without a fob': ran([program, 'list'], noFob),
  '`passfob devices` without a fob': ran([program, 'devices']),
  '`passfob code` without a fob': ran([program, 'code', 'example'], noFob),
  '`passfob serve` until it is ready': served,
};

/** Returns the milliseconds that a start takes. */
async function timeOf(start: Start): Promise<number> {
  const beganMs = performance.now();
  readyAtMs = 0;
  await start();
  return (readyAtMs || performance.now()) - beganMs;
}

it('programs start quickly, beside Node alone', async () => {
  const record = begin('start');
  const named = Object.entries(STARTS);
  const rounds = new Map(named.map(([name]) => [name, [] as number[]]));
  // Makes the service's folder, and fills the cache of compiled code where Node has one.
  for (const [, start] of named) await start();
  // In turn, so that other load of the machine affects all of them.
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, start] of named) rounds.get(name)?.push(await timeOf(start));
  const yardstick = rounds.get(named[0]?.[0] ?? '') ?? [];
  const rows = [...rounds].map(([name, times]) => [
    name,
    withSpread(times, 'ms'),
    spreadOf([...times.entries()], ([at, took]) => took / (yardstick[at] ?? Number.NaN), '', 1),
  ]);
  record({ tables: [['start of programs | from start to end | times Node alone', rows]] });
});
