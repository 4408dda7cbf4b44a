import { createRadiusClient, removeRadiusClient } from '@passfob/service/features/radius/clients';
import { makeKnownClients } from '@passfob/service/features/radius/known-clients';
import { ensureApplication } from '@passfob/service/features/users/applications';
import { expect, test } from 'vitest';
import { accepted, grace, Office } from '../users/kit.ts';
import { madeSecret } from './kit.ts';

const HOUR_MS = 3_600_000;

test('an address has the client of its narrowest range, until that is removed, also if the clock went back', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { application } = await ensureApplication(management.db, office.nowMs);
  const ids = new Map<string, string>();
  for (const address of ['192.0.2.0/24', '192.0.2.7', '192.0.0.0/16']) {
    const given = { name: address, address, applicationId: application.id };
    const made = accepted(await createRadiusClient(management, grace, given));
    madeSecret(made);
    ids.set(address, made.client.id);
  }
  const clients = makeKnownClients(management.db, management.keys, management.clock);
  const nameAt = async (address: string) => (await clients.find(address))?.name;
  expect([await nameAt('192.0.2.7'), await nameAt('192.0.2.8')]).toEqual(['192.0.2.7', '192.0.2.0/24']);
  office.nowMs -= HOUR_MS;
  accepted(await removeRadiusClient(management, grace, ids.get('192.0.2.7') ?? ''));
  expect(await nameAt('192.0.2.7')).toBe('192.0.2.0/24');
});
