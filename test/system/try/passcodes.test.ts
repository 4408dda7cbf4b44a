import { LOOK_AHEAD, LOOK_BACK } from '@passfob/demo/try/limits';
import { checkPasscode } from '@passfob/demo/try/service/passcodes';
import { isApproval, newPush } from '@passfob/demo/try/service/push';
import { generateSync } from 'otplib';
import { expect, it } from 'vitest';
import { random } from './kit.ts';

/** RFC 4226 appendix D: the secret, and the passcodes of the counters 0 to 9. */
const RFC_SECRET = new TextEncoder().encode('12345678901234567890');
const RFC_PASSCODES = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');

it('the in-page service accepts each passcode of RFC 4226 once, in order', () => {
  RFC_PASSCODES.forEach((passcode, step) => {
    const account = { kind: 'hotp', secret: RFC_SECRET, lastStep: step - 1 } as const;
    expect(checkPasscode(account, passcode, 0)).toMatchObject({ outcome: 'accepted', step });
    expect(checkPasscode({ ...account, lastStep: step }, passcode, 0)).toMatchObject({
      outcome: 'replay',
      step,
    });
    if (step === 9) return;
    const later = { ...account, lastStep: step + 1 };
    expect(checkPasscode(later, passcode, 0)).toMatchObject({ outcome: 'superseded', step });
  });
});

it('the in-page service looks ahead as far as its limit says, and tells an old passcode as far back', () => {
  const secret = random(20);
  const at = (counter: number) => generateSync({ strategy: 'hotp', secret, digits: 6, counter });
  const outcome = (lastStep: number, counter: number) =>
    checkPasscode({ kind: 'hotp', secret, lastStep }, at(counter), 0);
  expect(outcome(20, 20 + LOOK_AHEAD)).toMatchObject({ outcome: 'accepted', step: 20 + LOOK_AHEAD });
  expect(outcome(20, 21 + LOOK_AHEAD).outcome).toBe('wrong');
  expect(outcome(20, 21 - LOOK_BACK)).toMatchObject({ outcome: 'superseded', step: 21 - LOOK_BACK });
  expect(outcome(20, 20 - LOOK_BACK).outcome).toBe('wrong');
});

it('the in-page service accepts the passcode of a time step and of its neighbours, as otplib makes them', () => {
  const secret = random(20);
  const now = 1_772_366_415;
  const at = (epoch: number) => generateSync({ strategy: 'totp', secret, digits: 6, period: 30, epoch });
  const check = (epoch: number, lastStep = -1) =>
    checkPasscode({ kind: 'totp', secret, lastStep }, at(epoch), now * 1000);
  const step = Math.floor(now / 30);
  expect([-60, -30, 0, 30, 60].map(seconds => check(now + seconds).step)).toEqual([
    undefined,
    step - 1,
    step,
    step + 1,
    undefined,
  ]);
  expect(check(now, step).outcome).toBe('replay');
  expect(check(now - 30, step).outcome).toBe('superseded');
  expect(check(now + 30, step).outcome).toBe('accepted');
});

it('the in-page service reads a passcode as people type it, and compares nothing else', () => {
  const account = { kind: 'hotp', secret: RFC_SECRET, lastStep: -1 } as const;
  const outcomes = ['755 224', ' 755-224 ', '７５５２２４', '75522', '7552244', '75522a', ''].map(
    typed => checkPasscode(account, typed, 0).outcome,
  );
  expect(outcomes).toEqual([
    'accepted',
    'accepted',
    'accepted',
    'malformed',
    'malformed',
    'malformed',
    'malformed',
  ]);
});

it('an answer to one push request is no approval of another', () => {
  const secret = random(32);
  const one = newPush(random, 'Anna', 1_772_366_415_000);
  const answers = Array.from({ length: 8 }, () => newPush(random, 'Anna', 1_772_366_415_000));
  expect(one.number).toBeLessThan(100);
  expect(isApproval(secret, one, '00000000') && isApproval(secret, one, '11111111')).toBe(false);
  expect(new Set([one, ...answers].map(({ id }) => id)).size).toBe(9);
});
