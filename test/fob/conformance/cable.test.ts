import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boot, type Fob } from '@passfob/simulator';
import { tcpFront } from '@passfob/simulator/ports/tcp';
import { connect } from 'passfob/client/client';
import { showClock } from 'passfob/commands/clock';
import type { Context, FobAtHand } from 'passfob/commands/context';
import { info } from 'passfob/commands/info';
import { pair } from 'passfob/commands/pair';
import { verify } from 'passfob/commands/verify';
import { inventoryDirectory } from 'passfob/inventory/directory';
import { type Inventory, openInventory } from 'passfob/inventory/inventory';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { paced } from 'passfob/transports/paced';
import type { Transport } from 'passfob/transports/transport';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds, type Need } from '../../kit/tools.ts';
import { enrolled } from '../../system/flash/owner.ts';
import { cable } from './sentences/cable.ts';

const contextOf = (inventory: Inventory): Context => ({
  inventory,
  now: Date.now,
  random: length => secret(new Uint8Array(randomBytes(length))),
  report: () => undefined,
});

const PROVES = 'a fob proves itself and its accounts to its owner, and keeps time';
/** Largest difference of a clock that its owner has set lately. */
const CLOCK_ERROR_MS = 2_000;

/** The fob at a port: `/dev/ttyACM0`, `COM3`, `tcp:HOST:PORT`. */
const openCable = async (port: string) => paced(await openTransport(readAddress(port)));

/** The behaviour of the fob at a port. Returns the cable of the running group. */
function cableTests(port: () => string): () => Transport {
  let open: Transport | undefined;
  beforeAll(async () => {
    open = await openCable(port());
  });
  afterAll(() => open?.close());
  const transport = () => {
    if (open === undefined) throw new Error('the cable is used before the group runs');
    return open;
  };
  cable({
    get driver() {
      return { transport: transport() };
    },
  });
  return transport;
}

/** A fob and its owner, on the same cable. */
async function provesItself(transport: Transport, inventory: Inventory): Promise<void> {
  const client = connect(transport);
  const fob: FobAtHand = { address: 'cable', client, hello: await client.hello() };
  const context = contextOf(inventory);
  expect(await info(context, fob)).toMatchObject({ serial: fob.hello.serial });
  const { accounts } = await verify(context, fob);
  expect(accounts.every(({ verdict }) => verdict === 'proved')).toBe(true);
  const { state, differenceMs = 0 } = await showClock(context, fob);
  if (state !== 'unset') expect(Math.abs(differenceMs)).toBeLessThan(CLOCK_ERROR_MS);
}

describe.each(['blank', 'owned'] as const)('the cable of a simulated fob that is %s', state => {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-cable-'));
  const inventory = openInventory(folder);
  let fob: Fob | undefined;
  let address = '';
  let close = async () => {};

  beforeAll(async () => {
    const simulated = boot({ board: 'pico', clock: 'real', files: { birth: secret(randomBytes(32)) } });
    fob = simulated;
    const front = await tcpFront(simulated.link);
    close = () => front.close();
    address = `tcp:127.0.0.1:${front.port}`;
    if (state === 'owned') {
      const client = connect(await openCable(address));
      const askCode = async () => simulated.screen().text.slice(2).join(' ');
      await pair(contextOf(inventory), { address, client, hello: await client.hello() }, { askCode });
      await client.close();
      const port = { address, open: () => openCable(address) };
      await enrolled(contextOf(inventory), { port }, ['anna', 'ben']);
    }
  });
  afterAll(async () => {
    expect(fob?.consoleText()).toBe('');
    await close();
    fob?.close();
    await inventory.close();
    rmSync(folder, { recursive: true });
  });
  const transport = cableTests(() => address);
  if (state === 'owned') it(PROVES, () => provesItself(transport(), inventory));
});

/** The board on the desk, and the inventory of the person who runs this. */
const needsFob: Need<string> = { name: 'FOB_PORT=<port of a fob>', found: process.env.FOB_PORT || undefined };
const folder = inventoryDirectory(process.env);
const needsOwner: Need<string> = {
  name: 'PASSFOB_HOME=<the inventory that owns the fob>',
  found: existsSync(join(folder, 'inventory.db')) ? folder : undefined,
};

describeNeeds(needsFob, 'the cable of the fob on the desk', port => {
  const transport = cableTests(() => port);
  itNeeds(needsOwner, PROVES, async path => {
    const inventory = openInventory(path);
    onTestFinished(() => inventory.close());
    await provesItself(transport(), inventory);
  });
});
