import { makeRandomness } from '@passfob/simulator/base/randomness';
import type { FobError } from 'passfob/errors';
import { expect, it, onTestFinished } from 'vitest';
import { Owner } from '../../fob/conformance/owner.ts';
import { secret } from '../../kit/secrets.ts';
import type { DeviceKind } from './agent-phrases.ts';
import type { Guest } from './guest.ts';
import { UsbDriver } from './usb-driver.ts';

const SEED = 3240;
const UNPLUGS = 5;
/** The cable goes after one to so many pieces of the fob's answers. */
const PIECES = 20;

/** Sends the fob one request after the other until one fails; returns the reason. */
async function askUntilGone(owner: Owner): Promise<FobError> {
  for (;;) {
    try {
      await owner.client.call('list', { index: 0 });
    } catch (error) {
      return error as FobError;
    }
  }
}

/** Pulls the cable once so many pieces of text have come, and reports how the transport closed. */
async function pulledAfter(driver: UsbDriver, pieces: number): Promise<FobError | undefined> {
  const { transport, device } = driver;
  let left = pieces;
  const enough = new Promise<void>(resolve => transport.onText(() => --left === 0 && resolve()));
  const closed = new Promise<FobError | undefined>(resolve => transport.onClose(resolve));
  await enough;
  await device.do('unplug');
  return closed;
}

/** Tests with a cable that is pulled out of a computer in use. */
export function unplugs(guestOf: () => Guest, kind: DeviceKind): void {
  it(`a transport works again after each of ${UNPLUGS} unplugs at random points (seed ${SEED})`, async () => {
    const chance = makeRandomness(SEED, kind);
    const guest = guestOf();
    const driver = await UsbDriver.make(guest, kind);
    onTestFinished(() => driver.device.stop());
    const owner = new Owner(driver);
    await owner.pair();
    const id = await owner.put({ secret: secret(new Uint8Array(20).fill(0x31)) });
    for (let unplug = 0; unplug < UNPLUGS; unplug++) {
      const closed = pulledAfter(driver, 1 + chance.below(PIECES));
      const failure = await askUntilGone(owner);
      expect([failure.kind, (await closed)?.kind]).toEqual(['unplugged', 'unplugged']);
      await guest.ask({ do: 'gone', kind });
      await driver.device.do('replug');
      await driver.plugIn();
      await owner.open();
      expect((await owner.client.call('list', { index: 0 })).id).toEqual(id);
    }
    await driver.close();
  });

  /** No write fails then: serialport's watchdog in our transport, and node-hid's `error`, have to notice it. */
  it('a transport reports an unplug without traffic', async () => {
    const guest = guestOf();
    const driver = await UsbDriver.make(guest, kind);
    onTestFinished(() => driver.device.stop());
    const closed = new Promise<FobError | undefined>(resolve => driver.transport.onClose(resolve));
    await driver.device.do('unplug');
    expect((await closed)?.kind).toBe('unplugged');
    await guest.ask({ do: 'gone', kind });
  });
}
