import { randomBytes } from 'node:crypto';
import { enterActivation } from '@passfob/service/features/enrolment/relay/records/enter';
import { saveMailServer } from '@passfob/service/features/mail/server';
import { endActivation } from '@passfob/service/features/tokens/end-activation';
import { createUser } from '@passfob/service/features/users/user-changes';
import { readActivationString } from 'passfob/activation/activation-string';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { addFob } from '../api/kit.ts';
import { Rig } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { furnish, type Seen, signedIn, type Visitor } from './kit.ts';

const fields = { serial: '', fobs: 'owned', policy: '', hours: '24', delivery: 'mail' };

/** Returns the activation string on a page. */
function stringOn({ text }: Seen): string {
  return secret((/<code>(pf1[\w ]+)<\/code>/.exec(text)?.[1] ?? '').replaceAll(' ', ''));
}

test('an activation handed over in person shows string and QR code in the form’s response only, never cached', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('bob');
  const admin = await signedIn(furnished, 'admin', rig.clock);
  const form = await admin.get('/operator/user/activate?user=bob');
  expect(form.text).not.toContain('By mail to');
  const made = await admin.send('/operator/user/activate', { ...fields, user: 'bob', delivery: 'shown' });
  expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const string = stringOn(made);
  expect(readActivationString(string).service).toBe(furnished.service.url);
  expect(made.text).toMatch(/<svg [^>]*role="img" aria-label="QR code of the activation string"/);
  // What the user does with it; the Copy button is for browsers that run its script.
  expect(made.text).toContain(`<strong>${furnished.service.url}/activate</strong>`);
  expect(made.text).toContain('<code>passfob activate</code>');
  expect(made.text).toMatch(/<div id="copy" hidden>[\s\S]*>Copy<\/button>/);
  expect(made.text).toMatch(/<script src="\/assets\/copy\.js\?v=[\w-]+" defer>/);
  const desk = await signedIn(furnished, 'helpdesk', rig.clock);
  const [resend = ''] =
    /\/operator\/activation\/resend\?id=[\w-]+/.exec((await desk.get('/operator/activations')).text) ?? [];
  const id = new URLSearchParams(resend.split('?')[1]).get('id') ?? '';
  const again = await desk.send('/operator/activation/resend', { id, hours: '', delivery: 'shown' });
  expect(stringOn(again)).not.toBe(string);
  // The first code is refused after the resend, and help desk sees the reason.
  const late = { code: readActivationString(string).code, relay: new Uint8Array(randomBytes(16)) };
  const caller = { source: '192.0.2.9', requestId: 'late' };
  expect(await enterActivation(office.management, caller, late)).toEqual({
    kind: 'refused',
    code: 'not_valid',
  });
  for (const path of ['/operator/user?user=bob', '/operator/activations'])
    expect((await desk.get(path)).text).toMatch(/Last refused [\s\S]{0,200}: revoked: resent</);
  for (const path of [
    '/operator/user?user=bob',
    '/operator/activations',
    '/operator/audit',
    '/operator/user/activate?user=bob',
  ]) {
    const { text } = await admin.get(path);
    for (const shown of [string, stringOn(again)])
      expect(text.replaceAll(' ', '')).not.toContain(shown.slice(10, 40));
  }
});

test('help desk sees the state and reason of activations and resends them, but neither starts nor revokes them', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  accepted(await createUser(office.management, grace, { name: 'ada', email: 'ada@example.org' }));
  const admin = await signedIn(furnished, 'admin', rig.clock);
  const sent = await admin.send('/operator/user/activate', { ...fields, user: 'ada' });
  // No mail server is set yet.
  expect(sent.location).toBe('/operator/user?user=ada&done=activationKept');
  expect((await admin.get(sent.location ?? '')).text).toContain(
    'no mail server is set: the mail waits under Mail',
  );
  expect((await admin.send('/operator/user/activate', { ...fields, user: 'ada' })).text).toContain(
    'has an activation for this already',
  );
  const { db } = office.store;
  const { id } = await db.selectFrom('activations').select('id').executeTakeFirstOrThrow();
  const desk = await signedIn(furnished, 'helpdesk', rig.clock);
  const page = async () => (await desk.get('/operator/user?user=ada')).text;
  expect(await page()).toMatch(/Open<\/span>[\s\S]*Any fob that the service owns[\s\S]*In the local outbox/);
  expect(await page()).not.toMatch(/activation\/revoke|user\/activate/);
  expect((await desk.send('/operator/activation/revoke', { id })).status).toBe(403);
  accepted(
    await saveMailServer(office.management, grace, {
      host: '127.0.0.1',
      port: 9,
      security: 'none',
      from: 'passfob@example.test',
    }),
  );
  expect(
    (await desk.send('/operator/activation/resend', { id, hours: '1', delivery: 'mail' })).location,
  ).toBe('/operator/user?user=ada&done=activationMailed');
  const open = await db
    .selectFrom('activations')
    .select('id')
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  expect(await page()).toContain('replaced by another activation');
  const again = await admin.get(`/operator/activation/revoke?id=${open.id}`);
  expect(again.text).toContain('Revoke the activation of ada');
  expect(await endActivation(db, { id: open.id, reason: 'attempts', atMs: rig.clock.nowMs })).toBe(true);
  expect(await page()).toContain('too many wrong fobs or pairing codes');
  expect((await admin.send('/operator/activation/revoke', { id: open.id })).text).toContain(
    'was used, revoked or replaced',
  );
  const revoked = await desk.get('/operator/activations?state=revoked');
  expect(revoked.text.match(/Revoked<\/span>/g)).toHaveLength(2);
  expect((await desk.get('/operator/activations?state=open')).text).toContain('No activations here.');
});

test('help desk asks for a fob in place of a token, and an administrator makes the activation that replaces it', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('bob');
  const { serial } = await office.token('bob');
  const desk = await signedIn(furnished, 'helpdesk', rig.clock);
  expect((await desk.get('/operator/user?user=bob')).text).toContain('/operator/user/ask-fob?user=bob');
  expect((await desk.get('/operator/user/ask-fob?user=bob')).text).toContain(serial);
  const asked = await desk.send('/operator/user/ask-fob', { user: 'bob', replaces: serial });
  expect(asked.location).toBe('/operator/user?user=bob&done=fobAsked');
  expect((await desk.get('/operator/alerts')).text).toContain('Another fob wanted');
  const admin = await signedIn(furnished, 'admin', rig.clock);
  expect((await admin.get('/operator/user/activate?user=bob')).text).toContain('In place of');
  const made = await admin.send('/operator/user/activate', {
    ...fields,
    user: 'bob',
    delivery: 'shown',
    replaces: serial,
  });
  expect(made.status).toBe(200);
  stringOn(made);
  const { replaces_token_id } = await office.store.db
    .selectFrom('activations')
    .select('replaces_token_id')
    .executeTakeFirstOrThrow();
  expect(replaces_token_id).not.toBeNull();
});

test('the console preselects blank fobs while the service owns none, and owned fobs as soon as it owns one', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('bob');
  const admin = await signedIn(furnished, 'admin', rig.clock);
  const form = async () => (await admin.get('/operator/user/activate?user=bob')).text;
  expect(await form()).toMatch(/<option value="any" selected>/);
  expect(await form()).toContain('The service owns no fob yet');
  expect((await admin.get('/operator/bulk')).text).toMatch(/<option value="any" selected>/);
  await addFob(office, 'PF-OWNED');
  expect(await form()).toMatch(/<option value="owned" selected>/);
  expect(await form()).not.toContain('The service owns no fob yet');
});

test('a second activation is refused with links that replace and revoke the first, not at the field of the token', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('bob');
  const admin = await signedIn(furnished, 'admin', rig.clock);
  const start = () =>
    admin.send('/operator/user/activate', { ...fields, user: 'bob', delivery: 'shown', fobs: 'any' });
  stringOn(await start());
  const { id } = await office.store.db.selectFrom('activations').select('id').executeTakeFirstOrThrow();
  const again = await start();
  expect(again.status).toBe(422);
  const [summary = ''] = /<div class="message bad"[\s\S]*?<\/div>/.exec(again.text) ?? [];
  expect(summary).toContain('has an activation for this already');
  expect(summary).toContain(`/operator/activation/resend?id=${id}`);
  expect(summary).toContain(`/operator/activation/revoke?id=${id}`);
  expect(again.text.replace(summary, '')).not.toContain('has an activation for this already');
});

test('an administrator who replaces an activation may change which fobs it accepts, and help desk may not', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('bob');
  const admin = await signedIn(furnished, 'admin', rig.clock);
  const desk = await signedIn(furnished, 'helpdesk', rig.clock);
  stringOn(await admin.send('/operator/user/activate', { ...fields, user: 'bob', delivery: 'shown' }));
  const open = () =>
    office.store.db
      .selectFrom('activations')
      .select(['id', 'fobs'])
      .where('state', '=', 'open')
      .executeTakeFirstOrThrow();
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
