import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformance } from '../conformance/suite.ts';
import { describeNeeds, needsTool } from '../kit/tools.ts';
import type { DeviceKind } from './agent-phrases.ts';
import { bluetooth } from './bluetooth.ts';
import { inBrowser } from './browser/in-browser.ts';
import type { Guest } from './guest.ts';
import { inside } from './inside.ts';
import { keyboard } from './keyboard.ts';
import { bootGuest, missing } from './needs.ts';
import { unplugs } from './unplugs.ts';
import { UsbDriver } from './usb-driver.ts';

let guest: Guest | undefined;
const there = (): Guest => {
  if (guest === undefined) throw new Error('the guest is used before it runs');
  return guest;
};

const lacking = await missing();
if (lacking !== undefined) {
  it.skip(`a real USB stack carries the suite (needs ${lacking})`, () => {});
} else {
  beforeAll(async () => {
    guest = await bootGuest();
  });
  describe.each<[string, DeviceKind]>([
    ['cdc_acm and serialport: pico', 'serial'],
    ['usbhid, hidraw and node-hid: pico-hid', 'hid'],
  ])('through %s', (_what, kind) => {
    conformance(() => UsbDriver.make(there(), kind));
    describe('a pulled cable', () => unplugs(there, kind));
  });
  keyboard(there);
  bluetooth(there);
  inside(there);
  describeNeeds(needsTool('chromium'), 'Chromium in the guest', path => inBrowser(there, path));
  it('the guest ends as it should', async () => {
    const code = await there().end();
    guest = undefined;
    expect(code).toBe(0);
  });
  afterAll(async () => {
    await guest?.end();
  });
}
