import { randomBytes } from 'node:crypto';
import { connect } from 'passfob/client/client';
import type { Context } from 'passfob/commands/context';
import { pairBlank } from 'passfob/commands/pair';
import { writeAccount } from 'passfob/commands/write-account';
import { freshSeed } from 'passfob/enrol/seed';
import { openInventory } from 'passfob/inventory/inventory';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { type Tray, trayOf } from '../../system/batch/kit/tray.ts';
import { begin, spreadOf, withSpread } from './figures/record.ts';

const BAUD = 115_200;
const BITS_PER_BYTE = 10;
/** The first ones warm both processes up: the compiler's work is not work of a fob or a host. */
const WARM_UP = 6;
const RUNS = 10;
const ROUND_TRIPS = 8;
const EEPROM_PAGE_MS = 10;

/** Returns the milliseconds of a whole provisioning without the time in which a person would read the code. */
async function provisionOnce(tray: Tray, address: string, context: Context) {
  const hostMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
  const usedMs = hostMs() + (await tray.cpuMs(address));
  const client = connect(await openTransport(readAddress(address)));
  try {
    let readingMs = 0;
    const askCode = async () => {
      const beganMs = performance.now();
      const code = await tray.code(address);
      readingMs += performance.now() - beganMs;
      return code;
    };
    const beganMs = performance.now();
    const atFob = { address, client, hello: await client.hello() };
    const { pairing } = await pairBlank(context, atFob, { askCode });
    const seed = freshSeed({ issuer: 'Example', label: 'alice@example.com' }, context.random);
    await writeAccount(context, atFob, pairing, seed);
    const ms = performance.now() - beganMs - readingMs;
    const cpuMs = hostMs() + (await tray.cpuMs(address)) - usedMs;
    return { ms, cpuMs, ...(await tray.traffic(address)) };
  } finally {
    await client.close();
  }
}

it(`a fob is provisioned at ${BAUD} baud`, async () => {
  const record = begin('provisioning');
  const tray = await trayOf(WARM_UP + RUNS, { baud: BAUD });
  const home = temporaryFolder('bench');
  const inventory = openInventory(home);
  onTestFinished(async () => {
    await inventory.close();
    await tray.close();
  });
  const random = (length: number) => secret(new Uint8Array(randomBytes(length)));
  const context: Context = { inventory, now: Date.now, random, report: () => undefined };
  const runs = [];
  for (const address of tray.addresses) runs.push(await provisionOnce(tray, address, context));
  const measured = runs.slice(WARM_UP).sort((one, other) => one.ms - other.ms);
  const [best] = measured;
  if (best === undefined) throw new Error('no run');
  const lineMs = ((best.toFob + best.toHost) * BITS_PER_BYTE * 1000) / BAUD;
  expect(best.requests).toBe(ROUND_TRIPS);
  const times = measured.map(({ ms }) => ms);
  const writes = `${best.writes}: at most ${best.writes * EEPROM_PAGE_MS} ms more on a board`;
  const rows = [
    ['round trips', `${best.requests}`],
    ['bytes to the fob, and back', `${best.toFob}, ${best.toHost}`],
    ['yardstick: the line alone needs for these bytes', `${lineMs.toFixed(0)} ms`],
    ['a whole provisioning, without the person', withSpread(times, 'ms')],
    ['times the line', spreadOf(times, ms => ms / lineMs, '', 2)],
    ['processor time of host and simulator', spreadOf(measured, ({ cpuMs }) => cpuMs, 'ms')],
    ['writes to the memories of the fob', writes],
  ];
  record({ tables: [[`one fob at ${BAUD} baud | figure`, rows]] });
});
