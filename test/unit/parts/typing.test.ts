import { afterEach, describe, expect, it } from 'vitest';
import { Owner } from '../../fob/conformance/owner.ts';
import { PicoHidDriver } from '../../fob/conformance/pico-hid-driver.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { DIGIT_OF_KEY } from '../../fob/conformance/vectors.ts';
import { secret } from '../../kit/secrets.ts';

let driver: SimulatorDriver | undefined;
afterEach(() => driver?.close());

describe.each([
  ['pico', () => new SimulatorDriver()],
  ['pico-hid', () => new PicoHidDriver()],
])('a passcode on the screen of the %s', (_board, make) => {
  it('a passcode is typed into the computer at a hold, where policy and person allow it', async () => {
    const one = make();
    driver = one;
    const owner = new Owner(one);
    await owner.pair();
    await owner.put({ secret: secret(new Uint8Array(20).fill(0x31)) });
    await owner.allowTyping();
    await owner.stepTo('alice');
    await one.choose();
    const code = await owner.passcodeShown();
    expect(code).toMatch(/^\d{6}$/);
    await one.advance(1000);
    const before = one.fob.keyboard.length;
    await one.choose();
    await one.advance(3000);
    const usages = one.fob.keyboard.slice(before).map(report => report.bytes[2] ?? 0);
    const typed = usages.filter(usage => usage !== 0);
    expect(typed.map(usage => DIGIT_OF_KEY.get(usage)).join('')).toBe(secret(code));
    // Every key goes up before the next goes down, and the last one too.
    expect(usages.at(-1)).toBe(0);
    for (const [at, usage] of usages.entries()) if (usage !== 0) expect(usages[at + 1]).toBe(0);
    expect([one.complaints(), one.fob.violations]).toEqual(['', []]);
  });
});
