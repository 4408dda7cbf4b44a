import { fobNamed, fobSecretsOf } from '@passfob/service/features/tokens/fobs';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { readAccounts } from 'passfob/owner/listing';
import type { Transport } from 'passfob/transports/transport';
import { expect } from 'vitest';
import { needsBuild } from '../../host/kit/simulated-fob.ts';
import { places } from '../../kit/counts.ts';
import { itNeeds } from '../../kit/tools.ts';
import { ImageFob } from '../enrolment/image-fob.ts';
import { Scene } from '../enrolment/kit.ts';
import { accepted, grace } from '../users/kit.ts';

// The built image, enrolled twice for each cut.

/** Returns the labels of the accounts on a fob of the service. */
async function labelsOn(scene: Scene, transport: Transport): Promise<string[]> {
  const { db, keys } = scene.office.management;
  const client = connect(transport, { patience: { answerTimeoutMs: 5_000, sendsMax: 2 } });
  try {
    const { serial } = await client.hello();
    const row = await fobNamed(db, serial);
    const secrets = row && fobSecretsOf(keys, row);
    if (secrets === undefined) throw new Error('the fob has no secrets');
    await client.openSession(pairingKey(secrets.pairingKey));
    const { accounts } = await client.call('info', {});
    const listed = await readAccounts(client, accounts, undefined);
    return listed.map(({ label }) => Buffer.from(label).toString());
  } finally {
    await client.close();
  }
}

/** Enrols a fob for a user, whose token is then revoked while the fob is away. */
async function revokedFob(scene: Scene, user: string, seed: number): Promise<ImageFob> {
  const fob = new ImageFob(seed);
  const { token: serial } = await scene.relay(await scene.activation({}, user), fob, {
    report(event) {
      if (event.event === 'step' && event.step === 'hello') fob.gather();
    },
  });
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  return fob;
}

/** Gives a fob to another user; reads its accounts whenever it has lost its power. */
async function given(scene: Scene, fob: ImageFob, user: string): Promise<string[][]> {
  const seen: string[][] = [];
  const openFob = async () => {
    if (!fob.fob.powered) seen.push(await labelsOn(scene, fob.plugIn().transport));
    return { transport: fob.plugIn().transport, port: 'tcp' };
  };
  await scene.relay(await scene.activation({ fobs: 'owned' }, user), fob, { openFob });
  return seen;
}

itNeeds(
  needsBuild,
  'the account of a revoked token is gone before that of the next user is written, wherever the fob loses its power',
  async () => {
    await using scene = await Scene.open();
    const whole = await revokedFob(scene, 'first', 1);
    const before = whole.fob.operations;
    await given(scene, whole, 'second');
    const operations = whole.fob.operations - before;
    expect(operations).toBeGreaterThan(10);
    whole.fob.close();
    let cuts = 0;
    const { first, step } = places();
    let tried = 0;
    for (let at = 1 + first; at <= operations; at += step) {
      tried++;
      const [former, next] = [`former-${at}`, `next-${at}`];
      const fob = await revokedFob(scene, former, at + 1);
      fob.fob.cutPowerAtOperation(at);
      const seen = await given(scene, fob, next);
      // The fob gets its push key at the end: the relay does not wait for it, and power may fail then.
      cuts += seen.length + (fob.fob.powered ? 0 : 1);
      for (const labels of seen) {
        expect([at, labels.includes(former) && labels.includes(next)]).toEqual([at, false]);
      }
      const labels = await labelsOn(scene, fob.plugIn().transport);
      expect([at, labels.filter(label => label !== 'push')]).toEqual([at, [next]]);
      fob.fob.close();
    }
    expect(cuts).toBe(tried);
    const tasks = await scene.db.selectFrom('fob_tasks').select(['kind', 'state']).execute();
    expect(new Set(tasks.map(({ kind, state }) => `${kind} ${state}`))).toEqual(
      new Set(['remove-account done']),
    );
    expect(tasks).toHaveLength(tried + 1);
  },
);
