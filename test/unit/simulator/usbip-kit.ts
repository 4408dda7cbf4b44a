import { type BootOptions, boot } from '@passfob/simulator';
import { type UsbipOptions, usbipFront } from '@passfob/simulator/ports/usbip/front';
import { expect, onTestFinished } from 'vitest';
import { UsbipClient } from './usbip-client.ts';

/** Returns a fob with its front, and a connected computer; closed after the test. */
export async function plugged(options: Partial<BootOptions> = {}, front: Partial<UsbipOptions> = {}) {
  const fob = boot({ board: 'pico', seed: 1, ...options });
  const served = await usbipFront(fob, { host: '127.0.0.1', port: 0, ...front });
  // The last registered function runs first.
  onTestFinished(() => fob.close());
  onTestFinished(() => served.close());
  const client = async (): Promise<UsbipClient> => {
    const one = await UsbipClient.connect(served.port);
    onTestFinished(() => one.close());
    return one;
  };
  const computer = await client();
  return { fob, front: served, client, computer };
}

/** Does the same with the device imported and set up. */
export async function setUp(options: Partial<BootOptions> = {}, front: Partial<UsbipOptions> = {}) {
  const all = await plugged(options, front);
  expect(await all.computer.import()).toBe(0);
  expect((await all.computer.set(0x0009, 1)).status).toBe(0);
  return all;
}
