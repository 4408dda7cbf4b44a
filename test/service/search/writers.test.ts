import { randomBytes } from 'node:crypto';
import { administrationLimits } from '@passfob/service/base/limits/administration';
import { openStore, writing } from '@passfob/service/storage/database/database';
import { fillParts } from '@passfob/service/storage/search/fill';
import { startImport } from '@passfob/service/subjects/jobs/bulk';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import { assignToken, renameToken, revokeToken } from '@passfob/service/subjects/tokens/acts';
import { draftsOfFiles } from '@passfob/service/subjects/tokens/import/from-files';
import { prepareImport } from '@passfob/service/subjects/tokens/import/plan';
import { tokens } from '@passfob/service/subjects/tokens/list';
import { changeUser, createUser, disableUser } from '@passfob/service/subjects/users/acts';
import { users } from '@passfob/service/subjects/users/list';
import { base32nopad } from '@scure/base';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { Scene } from '../enrolment/kit.ts';
import { Rig } from '../kit.ts';
import { helpdesk, testOfOffice as it } from '../users/kit.ts';
import { allFoundIn, dueParts, foundIn, storedParts } from './kit.ts';

it('users are found by their current names, after each change and after refused ones', async office => {
  const { management } = office;
  const { db } = management;
  const check = async () => {
    const stored = await storedParts(db);
    expect(stored).toEqual(await dueParts(db));
    return stored.length;
  };
  const ada = { name: 'Ada', displayName: 'Ada L.', email: 'Ada@Example.ORG' };
  await office.do(createUser, ada);
  const first = await check();
  expect(first).toBeGreaterThan(15);
  expect(await office.code(createUser, ada)).toBe('user_taken');
  expect(await office.code(changeUser, { user: 'ada', displayName: 'a\nb' })).toBe('bad_display_name');
  expect(await check()).toBe(first);
  for (const change of [
    { displayName: 'Ada Lovelace' },
    { displayName: 'Ada Lovelace' },
    { email: 'lovelace@example.org' },
    { displayName: '', email: null },
    { displayName: 'example.org', email: 'a@example.org' },
    {},
  ]) {
    await office.do(changeUser, { user: 'ada', ...change });
    await check();
  }
  await office.do(disableUser, { user: 'ada' });
  await office.token('bob', { serial: 'FOB-1' });
  expect(await check()).toBeGreaterThan(20);
});

it('tokens are found by their serial numbers however they are created, and leave no stale parts after moves', async office => {
  const { management } = office;
  const { db, keys } = management;
  const check = async () => expect(await storedParts(db)).toEqual(await dueParts(db));
  await office.userId('ada');
  await office.issue('PF-0001', { user: 'ada', label: 'VPN' });
  await office.issue('PF-0002');
  await check();
  await office.do(assignToken, { serial: 'PF-0002', user: 'ada' }, helpdesk);
  await office.do(renameToken, { serial: 'PF-0002', label: 'Door' }, helpdesk);
  await office.do(revokeToken, { serial: 'PF-0001', reason: 'lost' }, helpdesk);
  await check();
  await office.hire();
  const seed = secret(base32nopad.encode(randomBytes(20)));
  const table = `serial,user,secret\nS-77,Heidi,${seed}\n`;
  const unasked = { password: async () => '', key: async () => new Uint8Array(16) };
  const file = { name: 'tokens.csv', bytes: new TextEncoder().encode(table) };
  const drafts = await draftsOfFiles(keys, [file], unasked, { userFrom: 'label' });
  await office.do(startImport, await prepareImport(db, keys, drafts), helpdesk);
  const worker = startJobs(management);
  await worker.idle();
  await worker.close();
  await check();
  const found = await foundIn(db, tokens, { text: '77' });
  expect(found.items.map(({ serial, state }) => [serial, state])).toEqual([['S-77', 'assigned']]);
});

test('a fob that its user enrols is found by its serial number', async () => {
  await using scene = await Scene.open();
  await scene.relay(await scene.activation(), new CoreFob());
  const [token] = (await scene.state()).tokens;
  expect(token?.state).toBe('active');
  expect(await storedParts(scene.db)).toEqual(await dueParts(scene.db));
  const found = await allFoundIn(scene.db, tokens, { by: 'serial', text: token?.serial.slice(-5) ?? '' });
  expect(found).toEqual([token?.serial]);
});

test('users and tokens of a restored database are found', async () => {
  await using office = new Rig();
  const { db, close } = await openStore({ directory: office.directory, databaseUrl: await office.database });
  // More rows than one batch.
  const count = 2 * administrationLimits.searchFillRows + 1;
  const people = Array.from({ length: count }, (_, at) => ({
    ...{ id: `id ${at}`, name: `u${at}`, display_name: `M\u00fcller ${at}`, email: `${at}@example.org` },
    ...{ pin_change: 0 as const, failures: 0, created_ms: 0 },
  }));
  const owned = Array.from({ length: count }, (_, at) => ({
    ...{ id: `t ${at}`, serial: `PF-${10_000 + at}`, user_id: `id ${at}`, state: 'active' as const },
    ...{ kind: 'hotp' as const, algorithm: 'sha1' as const, alphabet: 'decimal' as const, digits: 6 },
    ...{ pin_place: 'none' as const, last_step: -1, drift_steps: 0, recent: '[]' },
    ...{ issuer: '', label: '', created_ms: 0 },
  }));
  for (const user of people) await db.insertInto('users').values(user).execute();
  for (const token of owned) await db.insertInto('tokens').values(token).execute();
  try {
    await writing(db, fillParts);
    expect(await storedParts(db)).toEqual(await dueParts(db));
    expect(await allFoundIn(db, users, { search: `${count - 1}@ muller` })).toEqual([`u${count - 1}`]);
    expect((await foundIn(db, tokens, { text: '0400 muller' })).items).toMatchObject([
      { serial: 'PF-10400', user: 'u400' },
    ]);
  } finally {
    await close();
  }
});
