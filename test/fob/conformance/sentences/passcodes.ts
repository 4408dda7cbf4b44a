import { Hmac } from '@passfob/protocol/hmac';
import { COUNTER_LAST, COUNTER_MAX } from '@passfob/protocol/limits';
import { hotp } from '@passfob/protocol/otp';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { ascii, random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';
import { RFC4226, RFC4226_KEY, RFC6238 } from '../vectors.ts';

const LAST_CODE = hotp(new Hmac(hostPrimitives, 1, RFC4226_KEY), COUNTER_LAST, 6);

/** Passcodes that a person reads off the screen. */
export function passcodes(stage: Stage): void {
  it('a fob says that its clock is not set, and still makes HOTP passcodes', async () => {
    const totp = await stage.owner.put({ kind: 2, period: 30, secret: secret(random(20)) });
    await stage.owner.toList();
    expect(await stage.owner.pressed()).toBe('');
    await refused(stage.owner.client.call('code', { id: totp }), 'clock-unset');
    await stage.owner.client.call('remove', { id: totp });
    const hotp = await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.toList();
    expect(await stage.owner.pressed()).toBe(RFC4226[0]);
    await stage.owner.client.call('remove', { id: hotp });
  });

  it('a fob makes the ten passcodes of RFC 4226, and none twice over a power cut', async () => {
    const id = await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.toList();
    for (const [counter, code] of RFC4226.entries()) {
      expect(await stage.owner.pressed()).toBe(code);
      if (counter === 4) {
        await stage.driver.reboot();
        await stage.owner.open();
      }
    }
    expect((await stage.owner.client.call('list', { index: 0 })).counter).toBe(10);
    await stage.owner.client.call('remove', { id });
  });

  it('a fob makes the passcodes of RFC 6238', async () => {
    for (const { algorithm, key, codes } of RFC6238) {
      if (!stage.driver.algorithms.includes(algorithm)) {
        await refused(stage.owner.put({ kind: 2, algorithm, period: 30, secret: key }), 'unsupported');
        continue;
      }
      const id = await stage.owner.put({
        kind: 2,
        algorithm,
        digits: 8,
        period: 30,
        secret: key,
        issuer: ascii(''),
        label: ascii('rfc'),
      });
      for (const { utc, code } of codes) {
        if (utc < stage.driver.utcMin || utc > stage.driver.utcMax) continue;
        // The beginning of the step, since a hold takes most of a second: some of these are a step's last.
        await stage.owner.setClock(utc - (utc % 30));
        await stage.owner.toListByPress();
        expect(`${utc} ${await stage.owner.pressed()}`).toBe(`${utc} ${code}`);
      }
      await stage.owner.client.call('remove', { id });
    }
  });

  counted(stage);
}

function counted(stage: Stage): void {
  it('a fob makes the last passcode of a counter, says that it was the last, and takes no account past the end', async () => {
    const account = { secret: RFC4226_KEY, counter: COUNTER_LAST };
    await refused(stage.owner.put({ ...account, counter: COUNTER_MAX }), 'out-of-range');
    const id = await stage.owner.put(account);
    await stage.owner.toList();
    expect(await stage.owner.pressed()).toBe(LAST_CODE);
    const press = { onPressNeeded: stage.owner.approve };
    await refused(stage.owner.client.call('code', { id }, press), 'counter-ended');
    // A hold on the list does not count again for the passcode before.
    await stage.driver.advance(1_000);
    await stage.owner.toListByPress();
    await stage.driver.choose();
    expect((await stage.driver.screen()).join(' ')).toContain('All its passcodes are used.');
    await stage.owner.client.call('remove', { id });
  });
}
