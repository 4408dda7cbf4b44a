import { accountProof } from '@passfob/protocol/account';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { ascii, random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

const UTC = 1_780_000_000;

/** Requests that save a tray of fobs their round trips. */
export function provisioning(stage: Stage): void {
  it('a fob takes owner, recovery key and time in one request, once', async () => {
    const { owner } = stage;
    expect(await owner.take(UTC)).toBe(3);
    expect(await owner.client.call('status', {})).toMatchObject({ escrowed: 1, locked: 0 });
    const { state, utc } = await owner.client.call('time', {});
    expect(state).toBe(1);
    expect(utc - UTC).toBeLessThan(5);
    const again = { ...owner.adoption(), recoveryKey: owner.recoveryKey, utc: UTC };
    await refused(owner.client.call('take', again), 'already-owned');
  });

  it('a fob proves an account as it takes it, and again, but takes no other account under its id', async () => {
    const { client } = stage.owner;
    const settings = {
      id: Uint8Array.of(0x81, ...random(3)),
      ...{ kind: 2, algorithm: 1, digits: 6, period: 30, counter: 0 },
      issuer: ascii('Example'),
      label: ascii('alice'),
    };
    const key = secret(random(20));
    for (let times = 0; times < 2; times++) {
      const nonce = random(16);
      const { mac } = await client.call('enrol', { ...settings, secret: key, nonce });
      expect(mac).toEqual(accountProof(hostPrimitives, key, settings.id, settings, nonce));
    }
    const another = { ...settings, secret: secret(random(20)), nonce: random(16) };
    await refused(client.call('enrol', another), 'account-exists');
    await refused(client.call('enrol', { ...another, digits: 5 }), 'out-of-range');
    expect((await client.call('info', {})).accounts).toBe(1);
  });
}
