import { randomBytes } from 'node:crypto';
import { consoleLimits } from '@passfob/service/base/limits/console';
import { webLimits } from '@passfob/service/base/limits/web';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Rig } from '../kit.ts';
import { furnish, type Seen, seededUri, signedIn, type Visitor } from './kit.ts';

function hexSeed(): string {
  return secret(randomBytes(20).toString('hex'));
}

async function upload(visitor: Visitor, content: string, fields: Record<string, string> = {}): Promise<Seen> {
  const form = new FormData();
  form.set('csrf', await visitor.csrf());
  for (const [name, value] of Object.entries({ password: '', userFrom: 'label', ...fields }))
    form.set(name, value);
  form.set('file', new Blob([content]), 'tokens.csv');
  return visitor.post('/operator/import', form);
}

/** Waits for a job by reloading its page, as a person does. */
async function finished(visitor: Visitor, path: string): Promise<string> {
  let text = '';
  await expect
    .poll(async () => (text = (await visitor.get(path)).text), { interval: 100 })
    .toContain('Done: ');
  return text;
}

test('an import shows its plan for every row, waits for confirmation, and runs', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const uris = ['ada', 'bob'].map(seededUri);

  const seen = await upload(visitor, [...uris, 'otpauth://totp/short?secret=AAAA'].join('\n'));
  expect(seen.status).toBe(200);
  for (const words of [
    'What the import would do',
    '2 rows can be imported',
    'Import 2 rows',
    'Refused',
    'To import',
  ])
    expect(seen.text).toContain(words);
  for (const uri of uris)
    expect(seen.text).not.toContain(new URL(uri).searchParams.get('secret') ?? 'no seed');
  const tokens = () =>
    office.store.db.selectFrom('tokens').selectAll().where('label', 'in', ['ada', 'bob']).execute();
  expect(await tokens()).toEqual([]);
  const id = /name="id" value="([^"]+)"/.exec(seen.text)?.[1] ?? '';
  // The import waits for confirmation, even if workers look for jobs.
  expect((await visitor.get(`/operator/job?id=${id}`)).text).toContain('Paused: 0 of 2 rows');
  expect((await visitor.send('/operator/job/resume', { id })).location).toBe(`/operator/job?id=${id}`);
  await finished(visitor, `/operator/job?id=${id}`);
  expect((await tokens()).map(({ label, state }) => `${label} ${state}`).sort()).toEqual([
    'ada assigned',
    'bob assigned',
  ]);
  const again = await upload(visitor, uris.join('\n'));
  expect(again.text).toContain('It is here already.');
  expect(again.text).not.toContain('Import 2 rows');
});

test('a discarded import does nothing, and an unreadable file is refused with its reason', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const seen = await upload(visitor, seededUri('ada'));
  const id = /name="id" value="([^"]+)"/.exec(seen.text)?.[1] ?? '';
  await visitor.send('/operator/job/cancel', { id });
  expect((await visitor.get(`/operator/job?id=${id}`)).text).toContain('Cancelled: 0 of 1 rows');
  const kept = await office.store.db
    .selectFrom('job_items')
    .select('sealed_payload')
    .where('job_id', '=', id)
    .execute();
  expect(kept).toEqual([{ sealed_payload: null }]);
  for (const content of ['passfob handover v9\nnonsense', '\u0000\u0001\u0002']) {
    const refused = await upload(visitor, content);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('role="alert"');
  }
  const empty = new FormData();
  empty.set('csrf', await visitor.csrf());
  expect((await visitor.post('/operator/import', empty)).text).toContain('No file was chosen.');
});

test('a form with too many parts or fields is refused before they are read', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const parts = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`more${at}`, 'x']));
  // The session's token, a password, the source of users, and the file.
  const usual = 4;
  const most = await upload(visitor, seededUri('ada'), parts(consoleLimits.uploadPartsMax - usual));
  expect(most.status).toBe(200);
  const more = await upload(visitor, seededUri('ada'), parts(consoleLimits.uploadPartsMax - usual + 1));
  expect(more.status).toBe(400);
  const fields = (count: number) => visitor.send('/operator/users/create', parts(count));
  expect((await fields(webLimits.formFieldsMax - 1)).status).not.toBe(400);
  expect((await fields(webLimits.formFieldsMax)).status).toBe(400);
  expect(await office.store.db.selectFrom('tokens').selectAll().where('label', '=', 'ada').execute()).toEqual(
    [],
  );
});

test('no upload is read without a session and a fresh proof', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using _office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  rig.clock.nowMs += 6 * 60_000;
  expect((await upload(visitor, `serial,seed\nA,${hexSeed()}`)).location).toBe(
    '/operator/prove?to=%2Foperator%2Fimport',
  );
  visitor.cookie = '';
  const form = new FormData();
  form.set('file', new Blob(['x'.repeat(100_000)]), 'x');
  expect((await visitor.post('/operator/import', form)).status).toBe(401);
});

test('a pasted list becomes a job that says which rows were refused', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('ada');
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  await office.token('ada', { serial: 'ADA-1' });
  const list = ['ADA-1', ...Array.from({ length: 400 }, (_, index) => `NONE-${index}`)].join('\r\n');
  const sent = await visitor.send('/operator/bulk', { what: 'revoke', reason: 'lost', list });
  expect(sent.location).toMatch(/^\/operator\/job\?id=[\w-]+&done=jobStarted$/);
  const text = await finished(visitor, sent.location ?? '');
  expect(text).toContain('Done: 401 of 401 rows');
  expect(text).toContain('There is no token with this serial number.');
  expect((await visitor.get('/operator/token?serial=ADA-1')).text).toContain('Revoked');
  expect((await visitor.send('/operator/bulk', { what: 'revoke', reason: 'lost', list: ' ' })).status).toBe(
    422,
  );
  const table = 'user,serial\nada,NONE-1,too many';
  expect(
    (await visitor.send('/operator/bulk', { what: 'assign', reason: 'lost', list: table })).text,
  ).toContain('Each row must hold a user and a serial number');
});
