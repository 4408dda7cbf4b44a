import { expect, it, onTestFinished } from 'vitest';
import { Owner } from '../../fob/conformance/owner.ts';
import { DIGIT_OF_KEY } from '../../fob/conformance/vectors.ts';
import { secret } from '../../kit/secrets.ts';
import type { Guest } from './guest.ts';
import { UsbDriver } from './usb-driver.ts';

/** A pico types over HID beside the serial port that it is enrolled over. */
export function keyboard(guestOf: () => Guest): void {
  it('a passcode that a pico types comes out of the kernel as the reports of a keyboard', async () => {
    const guest = guestOf();
    const driver = await UsbDriver.make(guest, 'serial');
    onTestFinished(() => driver.device.stop());
    const owner = new Owner(driver);
    await owner.pair();
    await owner.put({ secret: secret(new Uint8Array(20).fill(0x31)) });
    await owner.allowTyping();
    await owner.stepTo('alice');
    await driver.choose();
    const code = secret(await owner.passcodeShown());
    expect(code).toMatch(/^\d{6}$/);
    const channel = guest.newNumber();
    const usages: number[] = [];
    const typed = new Promise<void>(resolve => {
      guest.onEvent(event => {
        if (event.event !== 'report' || event.channel !== channel) return;
        usages.push(event.bytes[2] ?? 0);
        // Six keys, each released.
        if (usages.filter(usage => usage !== 0).length === code.length && usages.at(-1) === 0) resolve();
      });
    });
    await guest.ask({ do: 'listen', channel });
    await driver.advance(1000);
    await driver.choose();
    await driver.advance(3000);
    await typed;
    const digits = usages.filter(usage => usage !== 0).map(usage => DIGIT_OF_KEY.get(usage));
    expect(digits.join('')).toBe(code);
    await driver.close();
  });
}
