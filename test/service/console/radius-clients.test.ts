import { randomBytes } from 'node:crypto';
import { listRadiusClients } from '@passfob/service/features/radius/clients';
import { makeKnownClients } from '@passfob/service/features/radius/known-clients';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Rig } from '../kit.ts';
import { furnish, signedIn } from './kit.ts';

/** Opens an administrator's form for a new client of the service's own application. */
async function scene(rig: Rig) {
  const furnished = await furnish(rig);
  const { management } = furnished.office;
  const { id: application } = await management.db
    .selectFrom('applications')
    .select('id')
    .where('name', '=', 'login')
    .executeTakeFirstOrThrow();
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const given = { name: 'gate', address: '192.0.2.10', application, push: 'wait', secret: '' };
  const create = (changes: Record<string, string>) =>
    visitor.send('/operator/radius-clients/create', { ...given, ...changes });
  return { office: furnished.office, ...management, visitor, given, create };
}

test('mistakes in a new RADIUS client are shown at their fields', async () => {
  await using rig = new Rig();
  const { office, create } = await scene(rig);
  await using _ = office;
  for (const [field, value] of [
    ['name', ' '],
    ['address', '192.0.2.0/0'],
    ['application', 'none'],
    ['push', 'sometimes'],
    ['secret', 'short'],
  ] as const) {
    const refused = await create({ [field]: value });
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining(`<a href="#${field}">`)]);
    expect(refused.text).not.toContain('value="short"');
  }
});

test('a RADIUS client is added, changed and removed; a generated secret is shown once, an entered one never', async () => {
  await using rig = new Rig();
  const { office, db, keys, visitor, given, create } = await scene(rig);
  await using _ = office;
  const made = await create({});
  const shown = secret(/<code>([\w-]{32})<\/code>/.exec(made.text)?.[1] ?? 'none');
  expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const entered = secret(randomBytes(16).toString('hex'));
  const other = await create({ name: 'other', address: '192.0.2.11', push: 'off', secret: entered });
  expect(other.location).toBe('/operator/radius-clients?done=created');
  expect((await create({ name: 'gate', address: '192.0.2.12' })).text).toContain('exists already');

  /** Returns the secret used for packets from an address. */
  const inUse = async (address: string) =>
    Buffer.from((await makeKnownClients(db, keys, () => 0).find(address))?.secret ?? []).toString();
  expect([await inUse('192.0.2.10'), await inUse('192.0.2.11')]).toEqual([shown, entered]);
  const [gate] = await listRadiusClients(db);
  const id = gate?.id ?? '';
  const changed = { ...given, id, address: '2001:DB8::1', push: 'challenge' };
  expect((await visitor.send('/operator/radius-client/change', changed)).status).toBe(303);
  expect(await listRadiusClients(db)).toMatchObject([
    { id, name: 'gate', address: '2001:db8::1', push: 'challenge', application: 'login' },
    { name: 'other', push: 'off' },
  ]);
  expect([await inUse('192.0.2.10'), await inUse('2001:db8::1')]).toEqual(['', shown]);
  const taken = await visitor.send('/operator/radius-client/change', { ...changed, name: 'other' });
  expect([taken.status, taken.text]).toEqual([422, expect.stringContaining('<a href="#name">')]);

  const another = await visitor.send('/operator/radius-client/secret', { id, secret: '' });
  const second = secret(/<code>([\w-]{32})<\/code>/.exec(another.text)?.[1] ?? 'none');
  expect(await inUse('2001:db8::1')).toBe(second);
  const third = secret(randomBytes(16).toString('hex'));
  expect((await visitor.send('/operator/radius-client/secret', { id, secret: third })).status).toBe(303);
  expect(await inUse('2001:db8::1')).toBe(third);
  for (const path of [
    '/radius-clients',
    `/radius-client/change?id=${id}`,
    `/radius-client/secret?id=${id}`,
    '/audit',
  ])
    for (const value of [shown, entered, second, third])
      expect((await visitor.get(`/operator${path}`)).text).not.toContain(value);
  expect((await visitor.send('/operator/radius-client/remove', { id })).status).toBe(303);
  expect((await visitor.get(`/operator/radius-client/change?id=${id}`)).status).toBe(404);
  expect((await listRadiusClients(db)).map(({ name }) => name)).toEqual(['other']);
});
