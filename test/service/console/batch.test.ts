import { randomBytes } from 'node:crypto';
import { consoleLimits } from '@passfob/service/base/limits/console';
import { webLimits } from '@passfob/service/base/limits/web';
import { enterActivation } from '@passfob/service/subjects/enrolment/relay/records/enter';
import { saveMailServer } from '@passfob/service/subjects/mail/acts';
import { endActivation } from '@passfob/service/subjects/tokens/end-activation';
import { createUser } from '@passfob/service/subjects/users/acts';
import { readActivationString } from 'passfob/activation/activation-string';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { type Seen, seededUri, testOfConsole as test, type Visitor } from './kit.ts';

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

test('an import shows no seed, waits for confirmation, and runs', async service => {
  const visitor = await service.signedIn('admin');
  const uris = ['ada', 'bob'].map(seededUri);

  const seen = await upload(visitor, [...uris, 'otpauth://totp/short?secret=AAAA'].join('\n'));
  for (const uri of uris)
    expect(seen.text).not.toContain(new URL(uri).searchParams.get('secret') ?? 'no seed');
  const tokens = async () =>
    (await service.office.rows('tokens')).filter(({ label }) => ['ada', 'bob'].includes(label));
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
});

test('a form with too many parts or fields is refused before they are read', async service => {
  const visitor = await service.signedIn('admin');
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
  expect(await service.office.rows('tokens', { label: 'ada' })).toEqual([]);
});

test('no upload is read without a session and a fresh proof', async service => {
  const visitor = await service.signedIn('admin');
  service.clock.nowMs += 6 * 60_000;
  expect((await upload(visitor, `serial,seed\nA,${hexSeed()}`)).location).toBe(
    '/operator/prove?to=%2Foperator%2Fimport',
  );
  visitor.cookie = '';
  const form = new FormData();
  form.set('file', new Blob(['x'.repeat(100_000)]), 'x');
  expect((await visitor.post('/operator/import', form)).status).toBe(401);
});

const fields = { serial: '', fobs: 'owned', policy: '', hours: '24', delivery: 'mail' };

/** Returns the activation string on a page. */
function stringOn({ text }: Seen): string {
  return secret((/<code>(pf1[\w ]+)<\/code>/.exec(text)?.[1] ?? '').replaceAll(' ', ''));
}

test('an activation handed over in person shows string and QR code in the form’s response only, never cached', async service => {
  await service.office.users('bob');
  const admin = await service.signedIn('admin');
  const form = await admin.get('/operator/user/activate?user=bob');
  expect(form.text).not.toContain('By mail to');
  const made = await admin.send('/operator/user/activate', { ...fields, user: 'bob', delivery: 'shown' });
  expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const string = stringOn(made);
  expect(readActivationString(string).service).toBe(service.url);
  expect(made.text).toMatch(/<svg [^>]*role="img" aria-label="QR code of the activation string"/);
  // What the user does with it; the Copy button is for browsers that run its script.
  expect(made.text).toContain(`<strong>${service.url}/activate</strong>`);
  expect(made.text).toContain('<code>passfob activate</code>');
  expect(made.text).toMatch(/<div id="copy" hidden>[\s\S]*>Copy<\/button>/);
  expect(made.text).toMatch(/<script src="\/assets\/copy\.js\?v=[\w-]+" defer>/);
  const desk = await service.signedIn('helpdesk');
  const [resend = ''] =
    /\/operator\/activation\/resend\?id=[\w-]+/.exec((await desk.get('/operator/activations')).text) ?? [];
  const id = new URLSearchParams(resend.split('?')[1]).get('id') ?? '';
  const again = await desk.send('/operator/activation/resend', { id, hours: '', delivery: 'shown' });
  expect(stringOn(again)).not.toBe(string);
  // The first code is refused after the resend, and help desk sees the reason.
  const late = { code: readActivationString(string).code, relay: new Uint8Array(randomBytes(16)) };
  const caller = { source: '192.0.2.9', requestId: 'late' };
  expect(await enterActivation(service.office.management, caller, late)).toEqual({
    kind: 'refused',
    code: 'not_valid',
  });
  for (const path of ['/operator/user?user=bob', '/operator/activations'])
    expect((await desk.get(path)).text).toMatch(/Last refused [\s\S]{0,200}: revoked: resent</);
  for (const path of [
    ...['/operator/user?user=bob', '/operator/activations'],
    ...['/operator/audit', '/operator/user/activate?user=bob'],
  ]) {
    const { text } = await admin.get(path);
    for (const shown of [string, stringOn(again)])
      expect(text.replaceAll(' ', '')).not.toContain(shown.slice(10, 40));
  }
});

test('help desk sees the state and reason of activations and resends them, but neither starts nor revokes them', async service => {
  await service.office.do(createUser, { name: 'ada', email: 'ada@example.org' });
  const admin = await service.signedIn('admin');
  const sent = await admin.send('/operator/user/activate', { ...fields, user: 'ada' });
  // No mail server is set yet.
  expect(sent.location).toBe('/operator/user?user=ada&done=activationKept');
  expect((await admin.get(sent.location ?? '')).text).toContain(
    'no mail server is set: the mail waits under Mail',
  );
  const { db } = service.office.store;
  const { id } = await db.selectFrom('activations').select('id').executeTakeFirstOrThrow();
  const desk = await service.signedIn('helpdesk');
  const page = async () => (await desk.get('/operator/user?user=ada')).text;
  expect(await page()).toMatch(/Open<\/span>[\s\S]*Any fob that the service owns[\s\S]*In the local outbox/);
  expect(await page()).not.toMatch(/activation\/revoke|user\/activate/);
  expect((await desk.send('/operator/activation/revoke', { id })).status).toBe(403);
  await service.office.do(saveMailServer, {
    host: '127.0.0.1',
    port: 9,
    security: 'none',
    from: 'passfob@example.test',
  });
  expect(
    (await desk.send('/operator/activation/resend', { id, hours: '1', delivery: 'mail' })).location,
  ).toBe('/operator/user?user=ada&done=activationMailed');
  const open = await service.office.row('activations', { state: 'open' });
  expect(await page()).toContain('replaced by another activation');
  const again = await admin.get(`/operator/activation/revoke?id=${open.id}`);
  expect(again.text).toContain('Revoke the activation of ada');
  expect(await endActivation(db, { id: open.id, reason: 'attempts', atMs: service.clock.nowMs })).toBe(true);
  expect(await page()).toContain('too many wrong fobs or pairing codes');
  expect((await admin.send('/operator/activation/revoke', { id: open.id })).text).toContain(
    'was used, revoked or replaced',
  );
  const revoked = await desk.get('/operator/activations?state=revoked');
  expect(revoked.text.match(/Revoked[^<]*<\/span>/g)).toHaveLength(2);
  expect((await desk.get('/operator/activations?state=open')).text).toContain('No activations here.');
});

test('an administrator who replaces an activation may change which fobs it accepts, and help desk may not', async service => {
  await service.office.users('bob');
  const admin = await service.signedIn('admin');
  const desk = await service.signedIn('helpdesk');
  stringOn(await admin.send('/operator/user/activate', { ...fields, user: 'bob', delivery: 'shown' }));
  const open = () => service.office.row('activations', { state: 'open' });
  const replace = async (visitor: Visitor, fobs: string) => {
    const { id } = await open();
    const form = (await visitor.get(`/operator/activation/resend?id=${id}`)).text;
    stringOn(await visitor.send('/operator/activation/resend', { id, fobs, hours: '', delivery: 'shown' }));
    return { hasChoice: form.includes('name="fobs"'), fobs: (await open()).fobs };
  };
  expect(await replace(desk, 'any')).toEqual({ hasChoice: false, fobs: 'owned' });
  expect(await replace(admin, 'any')).toEqual({ hasChoice: true, fobs: 'any' });
  expect(await replace(admin, '')).toEqual({ hasChoice: true, fobs: 'any' });
});
