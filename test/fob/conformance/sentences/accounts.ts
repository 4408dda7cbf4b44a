import { accountProof } from '@passfob/protocol/account';
import { PERIOD_SECONDS_MIN } from '@passfob/protocol/limits';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { ascii, random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

/** The accounts that an owner may put on a fob, and the fob's reports about them. */
export function accounts(stage: Stage): void {
  it('a fob proves an account by a MAC that depends on key, settings and nonce', async () => {
    const key = secret(random(20));
    const id = await stage.owner.put({ kind: 2, period: 60, digits: 7, secret: key });
    const nonce = random(16);
    const traits = {
      kind: 2,
      algorithm: 1,
      digits: 7,
      period: 60,
      issuer: ascii('Example'),
      label: ascii('alice'),
    };
    await stage.owner.expectProof(id, key, traits, nonce);
    const { mac } = await stage.owner.client.call('prove', { id, nonce });
    expect(mac).not.toEqual(accountProof(hostPrimitives, key, id, { ...traits, digits: 8 }, nonce));
    await stage.owner.client.call('remove', { id });
  });

  it('a fob takes a repeated enrolment as one, and refuses another account under its id', async () => {
    const account = { kind: 2, period: 30, secret: secret(random(20)) };
    const id = await stage.owner.put(account);
    await stage.owner.put({ ...account, id });
    await refused(stage.owner.put({ ...account, id, digits: 8 }), 'account-exists');
    expect((await stage.owner.client.call('info', {})).accounts).toBe(1);
    await stage.owner.client.call('remove', { id });
  });

  it('a fob refuses values out of range and changes nothing', async () => {
    const good = { kind: 2, period: 30, secret: secret(random(20)) };
    const bad: [Partial<typeof good> & Record<string, unknown>, string][] = [
      [{ digits: 5 }, 'out-of-range'],
      [{ digits: 9 }, 'out-of-range'],
      [{ period: 0 }, 'out-of-range'],
      [{ period: PERIOD_SECONDS_MIN - 1 }, 'out-of-range'],
      [{ period: 301 }, 'out-of-range'],
      [{ kind: 3 }, 'out-of-range'],
      [{ secret: random(9) }, 'out-of-range'],
      [{ id: Uint8Array.of(0, 0, 0, 7) }, 'out-of-range'],
      [{ algorithm: 0 }, 'unsupported'],
      [{ algorithm: 4 }, 'unsupported'],
    ];
    for (const [change, name] of bad) await refused(stage.owner.put({ ...good, ...change }), name);
    expect((await stage.owner.client.call('info', {})).accounts).toBe(0);
    await refused(stage.owner.client.call('remove', { id: Uint8Array.of(9, 9, 9, 9) }), 'no-such-account');
    const id = await stage.owner.put({ ...good, period: PERIOD_SECONDS_MIN });
    await stage.owner.client.call('remove', { id });
  });
}

/** State that survives a power cut, and state that does not. */
export function memory(stage: Stage): void {
  it('a fob keeps accounts in their order, and loses the clock setting with the time', async () => {
    const ids = [];
    for (const label of ['one', 'two', 'three']) {
      ids.push(
        await stage.owner.put({ kind: 2, period: 30, label: ascii(label), secret: secret(random(20)) }),
      );
    }
    await stage.driver.loseTime();
    await stage.owner.open();
    // Where the clock's battery backed the anti-rollback counter of HOTP presses, the memory's history is unknown.
    const isLost = (await stage.owner.client.call('status', {})).wentBack > 0;
    await stage.owner.wake();
    expect((await stage.driver.screen()).join(' ').includes('Tell its owner')).toBe(isLost);
    if (isLost) await stage.driver.press(700);
    expect((await stage.driver.screen()).join(' ')).toContain('one');
    const labels = [];
    for (const index of ids.keys())
      labels.push(Buffer.from((await stage.owner.client.call('list', { index })).label).toString());
    expect(labels).toEqual(['one', 'two', 'three']);
    expect((await stage.owner.client.call('clock', {})).state).toBe(0);
    for (const id of ids) await stage.owner.client.call('remove', { id });
  });
}
