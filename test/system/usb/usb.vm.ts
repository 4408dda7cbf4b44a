import { describe } from 'vitest';
import { conformance } from '../../fob/conformance/suite.ts';
import type { DeviceKind } from './agent-phrases.ts';
import { bluetooth } from './bluetooth.ts';
import type { Guest } from './guest.ts';
import { inGuest } from './in-guest.ts';
import { inside } from './inside.ts';
import { keyboard } from './keyboard.ts';
import { unplugs } from './unplugs.ts';
import { UsbDriver } from './usb-driver.ts';

const tests = (guestOf: () => Guest) => {
  describe.each<[string, DeviceKind]>([
    ['cdc_acm and serialport: pico', 'serial'],
    ['usbhid, hidraw and node-hid: pico-hid', 'hid'],
  ])('through %s', (_what, kind) => {
    conformance(() => UsbDriver.make(guestOf(), kind));
    describe('a pulled cable', () => unplugs(guestOf, kind));
  });
  keyboard(guestOf);
  bluetooth(guestOf);
  inside(guestOf);
};

// The fobs' time is virtual. That of the browser's guest is not, and a page gives up on a fob that is silent.
await inGuest(tests, { isYielding: true });
