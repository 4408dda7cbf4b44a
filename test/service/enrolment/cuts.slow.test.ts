import { KIND_OCRA } from '@passfob/protocol/account';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { secretOf } from '@passfob/service/subjects/tokens/tokens';
import { expect, it } from 'vitest';
import { carriedIn } from '../../kit/carried.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { accountsOf, secretsOf } from '../kit/fob.ts';
import { rowIn } from '../kit/rows.ts';
import { accepted, grace } from '../users/kit.ts';
import { ImageFob } from './image-fob.ts';
import { management, office, openEachScene, type Scene, scene, serialOf } from './kit.ts';

openEachScene();

const AT_ONCE = 20;

/** Counts a fob's token accounts of the service. The push key does not count, since a cut may lose it. */
async function accountsOn({ office }: Scene, fob: CoreFob): Promise<number> {
  const { pairingKey: key } = await secretsOf(office, serialOf(fob));
  return (await accountsOf({ fob, key })).filter(({ kind }) => kind !== KIND_OCRA).length;
}

/** Returns the states of a user's activation and token: a token is in use if and only if its activation is used. */
async function standing(scene: Scene, user: string): Promise<string> {
  const rows = await scene.db
    .selectFrom('users')
    .innerJoin('activations', 'activations.user_id', 'users.id')
    .leftJoin('tokens', 'tokens.user_id', 'users.id')
    .select(['activations.state as activation', 'tokens.state as token'])
    .where('users.name', '=', user)
    .execute();
  return rows.map(({ activation, token }) => `${activation} ${token ?? 'none'}`).join();
}

/** Runs an enrolment whose connection is cut after so many messages, and continues it. @returns whether it was cut */
async function cutAt(scene: Scene, at: number, make: () => Promise<CoreFob>): Promise<boolean> {
  const user = `user-${at}`;
  const fob = await make();
  const activation = await scene.activation({}, user);
  const seen: Promise<string>[] = [];
  const done = await scene.relay(activation, fob, {
    cut: connection => (connection === 0 ? at : Number.POSITIVE_INFINITY),
    report(event) {
      if (event.event === 'lost') seen.push(standing(scene, user));
    },
  });
  for (const between of await Promise.all(seen))
    expect(['open none', 'open reserved', 'used active']).toContain(between);
  expect(await standing(scene, user)).toBe('used active');
  expect([at, await accountsOn(scene, fob)]).toEqual([at, 1]);
  expect(done.serial).toBe(serialOf(fob));
  return seen.length > 0;
}

async function everyCut(scene: Scene, make: () => Promise<CoreFob>): Promise<number> {
  for (let from = 0; ; from += AT_ONCE) {
    const places = Array.from({ length: AT_ONCE }, (_, ahead) => from + ahead);
    const wereCut = await Promise.all(places.map(at => cutAt(scene, at, make)));
    if (wereCut.includes(false)) return from + wereCut.indexOf(false);
  }
}

it('an enrolment of a blank fob survives a cut at any message, with one token, one account and one owner', async () => {
  const cuts = await everyCut(scene, async () => new CoreFob());
  // Opening, entering, plugging, and two messages for each of hello, pair, two sessions, take, info, time, enrol, code.
  expect(cuts).toBeGreaterThan(30);
  expect((await scene.state()).pairings).toEqual([]);
});

it('an enrolment of an owned HOTP fob survives a cut at any message', async () => {
  const cuts = await everyCut(scene, async () => {
    const { owned } = await scene.ownWithAccount();
    return owned.fob;
  });
  expect(cuts).toBeGreaterThan(20);
});

it('the messages that a relay carries contain no seed, key or PIN, in any encoding', async () => {
  const fob = new CoreFob();
  const pin = secret('730258');
  const wants = { name: 'with a PIN', kind: 'totp', pinPlace: 'fob', pinMinDigits: 6 } as const;
  accepted(await createPolicy(management, grace, wants));
  const { id: policy_id } = await office.row('policies');
  const done = await scene.relay(await scene.activation({ policy_id }), fob, { pin });
  const { db, keys } = management;
  const token = await rowIn(db, 'tokens', { serial: done.token });
  const { deviceSecret, pairingKey, recoveryKey } = await secretsOf(office, done.serial);
  const hidden = [secretOf(keys, token), deviceSecret, pairingKey, recoveryKey];
  const { text: carried, frames, holds } = carriedIn(scene.log);
  expect(frames.length).toBeGreaterThan(20);
  for (const bytes of hidden) {
    if (bytes === undefined) throw new Error('nothing is hidden');
    expect(holds(bytes)).toEqual([]);
  }
  expect(carried).not.toContain(pin);
  // Proves that the search works: it finds the code that the person typed.
  const said = scene.log.map(text => JSON.parse(text) as { readonly type: string; readonly code?: string });
  const typed = said.find(({ type }) => type === 'pairing-code')?.code ?? '';
  expect(typed).not.toBe('');
  expect(holds(typed).length).toBeGreaterThan(0);
});

itNeeds(
  needsBuild,
  'an enrolment continues after the fob loses power at any operation of its memories',
  async () => {
    let users = 0;
    const enrolled = async (fob: ImageFob) => {
      const user = `user-${users++}`;
      const done = await scene.relay(await scene.activation({}, user), fob, {
        report(event) {
          if (event.event === 'step' && event.step === 'hello') fob.gather();
        },
      });
      expect((await scene.office.row('tokens', { serial: done.token })).state).toBe('active');
      return user;
    };
    const whole = new ImageFob(1);
    const before = whole.fob.operations;
    await enrolled(whole);
    const operations = whole.fob.operations - before;
    expect(operations).toBeGreaterThan(10);
    whole.fob.close();
    let came = 0;
    for (let at = 1; at <= operations; at++) {
      const fob = new ImageFob(at + 1);
      fob.fob.cutPowerAtOperation(at);
      const user = await enrolled(fob);
      const { id: user_id } = await scene.office.row('users', { name: user });
      expect([at, await scene.office.rows('tokens', { user_id })]).toMatchObject([at, [{ state: 'active' }]]);
      // The fob gets its push key at the end: the relay does not wait for it, and power may fail then.
      came += fob.cuts + (fob.fob.powered ? 0 : 1);
      fob.fob.close();
    }
    expect(came).toBe(operations);
    const { activations, pairings } = await scene.state();
    expect(activations.filter(({ state }) => state !== 'used')).toEqual([]);
    expect(pairings).toEqual([]);
  },
);
