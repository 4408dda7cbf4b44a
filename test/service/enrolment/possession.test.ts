import { SHA1 } from '@passfob/protocol/primitives';
import { enterActivation } from '@passfob/service/features/enrolment/relay/records/enter';
import type { RelayRefusal } from '@passfob/service/features/enrolment/relay/records/refusal';
import { assignToken } from '@passfob/service/features/tokens/moves';
import { disableUser } from '@passfob/service/features/users/user-changes';
import { findOrAddUser } from '@passfob/service/features/users/users';
import { seal } from '@passfob/service/storage/encryption-at-rest/seal';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { labelsOf } from '../care/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { NOW_MS, random, refusalOf, Scene } from './kit.ts';

/** Right in everything but SHA-1, by which passcodes are made and nothing else. */
const miscounting = {
  ...hostPrimitives,
  hash(...[algorithm, parts]: Parameters<typeof hostPrimitives.hash>) {
    const digest = hostPrimitives.hash(algorithm, parts);
    return algorithm === SHA1 ? digest.reverse() : digest;
  },
};

describe('the proof that a user has the fob', () => {
  it.each(['totp', 'hotp'] as const)(
    'a fob that makes wrong passcodes gets no active %s token',
    async kind => {
      await using scene = await Scene.open();
      const owned = await scene.ownFob(new CoreFob(miscounting));
      await scene.putAccount(owned, kind);
      const activation = await scene.activation({ fobs: 'owned' });
      expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('not_proved');
      expect((await scene.state()).tokens).toMatchObject([{ state: 'reserved', last_step: -1 }]);
    },
  );

  it('an account on the fob whose key is not that of its token is written again', async () => {
    await using scene = await Scene.open();
    const owned = await scene.ownFob();
    const serial = await scene.putAccount(owned);
    const id = (await scene.state()).tokens[0]?.id ?? '';
    const { box, keyId } = seal(scene.office.management.keys, { table: 'tokens', id }, random(20));
    await scene.db.updateTable('tokens').set({ sealed_secret: box, key_id: keyId }).execute();
    const activation = await scene.activation({ fobs: 'owned' });
    expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('none');
    expect((await scene.state()).tokens).toMatchObject([{ serial, state: 'active' }]);
  });

  it('a fob with an account of another user is refused, also if the token of that account names no fob', async () => {
    await using scene = await Scene.open();
    const owned = await scene.ownFob();
    await scene.putAccount(owned);
    const { id: user_id } = await findOrAddUser(scene.db, 'bob', NOW_MS);
    await scene.db.updateTable('tokens').set({ fob_id: null, state: 'active', user_id }).execute();
    const before = await labelsOf(owned);
    const activation = await scene.activation({ fobs: 'owned' });
    expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('somebody');
    expect(await labelsOf(owned)).toEqual(before);
  });
});

describe('what happens while the person presses', () => {
  const meanwhile = {
    'the activation expired': async ({ office }: Scene) => {
      office.nowMs += 1_000;
    },
    'the account was disabled': async ({ office }: Scene) => {
      accepted(await disableUser(office.management, grace, 'ada'));
    },
    'an operator assigned the token': async (scene: Scene) => {
      const { serial = '' } = (await scene.state()).tokens[0] ?? {};
      accepted(await assignToken(scene.office.management, grace, { serial, user: 'ada' }));
    },
  };
  it.each(Object.entries(meanwhile))('a press after %s gives no active token', async (_, happens) => {
    await using scene = await Scene.open();
    const activation = await scene.activation({ expires_ms: NOW_MS + 1_000 });
    const press = async (fob: CoreFob) => {
      await happens(scene);
      fob.approve();
    };
    expect(await refusalOf(scene.relay(activation, new CoreFob(), { press }))).toBe('not_valid');
    expect((await scene.state()).tokens).not.toContainEqual(expect.objectContaining({ state: 'active' }));
  });

  it('the earlier connection of a relay that has come back changes nothing any more', async () => {
    await using scene = await Scene.open();
    const activation = await scene.activation();
    const relay = random(16);
    const entered = async () => {
      const caller = { source: '192.0.2.9', requestId: 'relay' };
      const entry = await enterActivation(scene.means.management, caller, { code: activation.code, relay });
      if (entry.kind !== 'claimed') throw new Error(entry.kind);
      return entry.claim;
    };
    const [earlier, later] = [await entered(), await entered()];
    const heard = earlier.holding(async () => 'it goes on').catch(({ code }: RelayRefusal) => code);
    expect(await heard).toBe('not_valid');
    await earlier.release();
    expect(await later.holding(async (_, { step }) => step)).toBe('connected');
  });
});
