import { FairConcurrencyLimit } from '@passfob/service/base/fairness/concurrency-limit';
import { answerAccess, type Deciding } from '@passfob/service/doors/radius/decide';
import { decodePacket, type Packet } from '@passfob/service/doors/radius/packet';
import { makePushes } from '@passfob/service/features/push/pushes';
import { watchChanges } from '@passfob/service/storage/database/changes';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Away } from '../away.ts';
import { outcomes } from '../push/kit.ts';
import { approve, type Scene, withFob } from '../push/scene.ts';
import { makeRequest } from './client.ts';
import { ACCEPT } from './kit.ts';

const SHARED = secret('shared by the gate and its service');

/** Answers the requests of a waiting client, without the network. */
function gate({ office, validator, applicationId }: Scene, away: Away) {
  const db = office.management.db.withPlugin(away);
  const changes = watchChanges(office.store);
  const pushes = makePushes({ ...validator, db }, { changes });
  // From here on every redemption is answered at once, as beyond the capacity.
  pushes.end();
  const never = () => Promise.reject(new Error('not asked here'));
  const deciding: Deciding = {
    management: { ...office.management, db },
    clients: { find: never, forget: () => undefined },
    decide: never,
    pushes,
    closing: new AbortController().signal,
    held: new FairConcurrencyLimit([{ most: 1 }]),
  };
  const standing = { keyHash: '', factors: 'otp' } as const;
  const application = { id: applicationId, name: 'vpn', factors: 'otp', standing } as const;
  const client = {
    id: 'gate',
    name: 'gate',
    secret: Buffer.from(SHARED),
    push: 'wait',
    application,
  } as const;
  const { bytes } = makeRequest({ secret: SHARED, user: 'ada', password: '' });
  const packet = decodePacket(bytes) as Packet;
  return () => answerAccess(deciding, { packet, client, address: '192.0.2.1' });
}

test('a hold during a short database failure is accepted afterwards', async () => {
  const { scene, office, fob } = await withFob();
  await using _ = scene;
  const away = new Away();
  const ask = gate(scene, away);
  const answering = ask();
  const rows = () => office.store.db.selectFrom('pushes').select('id').execute();
  await expect.poll(async () => (await rows()).length).toBe(1);
  away.isAway = true;
  await expect.poll(() => away.failed).toBeGreaterThan(1);
  await approve(scene, fob);
  away.isAway = false;
  expect((await answering).code).toBe(ACCEPT);
  expect(await outcomes(office)).toEqual(['accepted']);
  expect(await rows()).toHaveLength(1);
});
