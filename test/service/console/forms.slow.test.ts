import { consoleTexts } from '@passfob/service/base/texts/console';
import { texts } from '@passfob/service/base/texts/texts';
import { fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { openInventoryFile } from '@passfob/service/subjects/tokens/import/from-inventory';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { rowIn } from '../kit/rows.ts';
import { codeNow } from '../kit.ts';
import { testOfConsole as test } from './kit.ts';
import { fillWorld, HOSTILE } from './world.ts';

/** The same 20 bytes in Base32 and in hexadecimal. */
const SEED = {
  base32: secret('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
  hex: secret('00112233445566778899aabbccddeeff00112233'),
};

const issueFields = {
  ...{ kind: 'totp', algorithm: 'sha1', alphabet: 'decimal', digits: '6', period: '30', pinPlace: 'none' },
  ...{ counter: '0', policy: '', issuer: '', label: '' },
};

/** Returns the text of a page without markup. */
function plain(markup: string): string {
  return markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

test('hostile names stay text on every page that shows them', async service => {
  await fillWorld(service);
  const visitor = await service.signedIn('admin');
  const subjects = { user: HOSTILE, serial: '<i>&"odd?/#%' };
  for (const path of [
    ...['', '/users', `/user?${new URLSearchParams(subjects)}`, '/activations', '/tokens', '/audit', '/jobs'],
    ...['/applications', `/token?${new URLSearchParams(subjects)}`],
    ...[`/token/assign?${new URLSearchParams(subjects)}`, '/users?search=%3Cscript%3E'],
    ...['/nowhere?done=%3Cscript%3E'],
  ]) {
    const { text } = await visitor.get(`/operator${path}`);
    expect(text).not.toMatch(/<b[ >]|<i[ >]|<u[ >]|<script>|<gateway>|<two>/);
  }
  const { text, status } = await visitor.get(`/operator/user?${new URLSearchParams(subjects)}`);
  expect(status).toBe(200);
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // The test follows the links of the pages themselves.
  const [href = ''] =
    /\/operator\/token\?serial=%3Ci%3E[^"]*/.exec((await visitor.get('/operator/tokens')).text) ?? [];
  expect((await visitor.get(href)).text).toContain('&lt;i&gt;&amp;&quot;odd?/#%');
});

test('a refused form returns with the typed values, the reason at its field and at the top, and no secret', async service => {
  const visitor = await service.signedIn('admin');
  const { status, text } = await visitor.send('/operator/tokens/issue', {
    ...issueFields,
    serial: 'NEW-1',
    seed: SEED.base32,
    writing: 'base32',
    user: '"nobody"',
  });
  expect(status).toBe(422);
  expect(text).toMatch(
    /role="alert" tabindex="-1" autofocus>.*<a href="#user">There is no user of this name/s,
  );
  expect(text).toMatch(
    /id="user" name="user" aria-describedby="user-hint user-fault" aria-invalid="true" value="&quot;nobody&quot;"/,
  );
  expect(text).toContain('value="NEW-1"');
  expect(text).not.toContain(SEED.base32);
  expect((await service.office.audit()).acts).not.toContain('token.issue NEW-1');
});

test('a token issued with a Base32 or hexadecimal seed validates', async service => {
  await service.office.users('ada');
  const visitor = await service.signedIn('admin');
  for (const writing of ['base32', 'hex'] as const) {
    const serial = `NEW-${writing}`;
    const seed = SEED[writing].replace(/(.{4})/g, '$1 ');
    const sent = await visitor.send('/operator/tokens/issue', {
      ...issueFields,
      serial,
      seed,
      writing,
      user: 'ada',
    });
    expect(sent.location).toBe(`/operator/token?serial=${serial}&done=issued`);
  }
  const bytes = new Uint8Array(Buffer.from(SEED.hex, 'hex'));
  const token = { serial: 'NEW-hex', user: 'ada', kind: 'totp', secret: bytes } as const;
  const passcode = codeNow(token, service.clock.nowMs);
  const { accepted: isAccepted } = await service.validate({ user: 'ada', passcode, source: '::1' });
  expect(isAccepted).toBe(true);
  expect((await visitor.get('/operator/token?serial=NEW-hex')).text).toContain('Active');
});

test('an OCRA token is issued with its suite; an unsupported suite is refused at its field', async service => {
  const visitor = await service.signedIn('admin');
  const ocra = { ...issueFields, kind: 'ocra', digits: '8', seed: SEED.base32, writing: 'base32' };
  for (const suite of ['', 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1']) {
    const { status, text } = await visitor.send('/operator/tokens/issue', { ...ocra, serial: 'Q-1', suite });
    expect([status, text]).toEqual([422, expect.stringContaining('<a href="#suite">')]);
  }
  const suite = 'OCRA-1:HOTP-SHA256-7:C-QN08';
  const sent = await visitor.send('/operator/tokens/issue', { ...ocra, serial: 'Q-1', suite, counter: '3' });
  expect(sent.location).toBe('/operator/token?serial=Q-1&done=issued');
  expect((await visitor.get('/operator/token?serial=Q-1')).text).toContain(suite);
});

test('keys and temporary passcodes are shown once, in no address and in no cache', async service => {
  await service.office.users('ada');
  const visitor = await service.signedIn('admin');
  const made = await visitor.send('/operator/applications/create', { name: 'VPN', factors: 'otp' });
  const key = secret(/<code>(pfk_[\w-]+)<\/code>/.exec(made.text)?.[1] ?? '');
  expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const api = await visitor.send('/operator/api-keys/create', { name: 'tickets', role: 'auditor' });
  const apiKey = secret(/<code>(pfa_[\w-]+)<\/code>/.exec(api.text)?.[1] ?? '');
  const code = await visitor.send('/operator/user/code', { user: 'ada', hours: '1' });
  const passcode = secret(/<code>(\d{5} \d{5})<\/code>/.exec(code.text)?.[1] ?? '');
  for (const path of ['/applications', '/api-keys', '/user?user=ada', '/audit'])
    for (const value of [key, apiKey, passcode])
      expect((await visitor.get(`/operator${path}`)).text).not.toContain(value);
});

test('the verification of a changed audit says in words which row was changed', async service => {
  await fillWorld(service);
  const auditor = await service.signedIn('auditor');
  await service.office.set('audit', { actor: 'somebody' }, { id: 3 });
  const broken = await auditor.send('/operator/audit/verify');
  expect(broken.text).toContain('The audit is not intact.');
  expect(broken.text).toContain('Row 3 was changed after it was written.');
});

test('an administrator hands a fob over by two forms: the file is on the first page only', async service => {
  await fillWorld(service);
  const { office } = service;
  const visitor = await service.signedIn('admin');
  const { db, keys } = office.management;
  const fob = await rowIn(db, 'fobs', { serial: 'PF-1' });
  await db.updateTable('tokens').set({ fob_id: null }).where('fob_id', '=', fob.id).execute();
  const password: string = secret('four words of a sentence');
  const refused = await visitor.send('/operator/fob/give', { serial: 'PF-1', password });
  expect(refused.status).toBe(422);
  expect(plain(refused.text)).toContain(texts.refusals.accounts_left);
  await db.deleteFrom('fob_accounts').where('fob_id', '=', fob.id).execute();
  await db.deleteFrom('fob_tasks').where('fob_id', '=', fob.id).execute();
  const short = await visitor.send('/operator/fob/give', { serial: 'PF-1', password: 'short' });
  expect(plain(short.text)).toContain(texts.refusals.bad_file_password);
  const made = await visitor.send('/operator/fob/give', { serial: 'PF-1', password });
  expect(made.status).toBe(200);
  const [, file = ''] =
    /href="data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)"/.exec(made.text) ?? [];
  const bundle = await openInventoryFile(Buffer.from(file, 'base64'), password);
  const secrets = fobSecretsOf(keys, fob);
  const key = Buffer.from(secrets?.pairingKey ?? []).toString('base64');
  expect(bundle.fobs.map(one => one.secrets?.pairing_key)).toEqual([key]);
  for (const text of [password, key]) expect(made.text).not.toContain(text);
  expect(plain((await visitor.get('/operator/fob?serial=PF-1')).text)).toContain(
    consoleTexts.fobs.states.giving,
  );
  const done = await visitor.send('/operator/fob/given', { serial: 'PF-1' });
  expect(done.status).toBe(303);
  const after = plain((await visitor.get('/operator/fob?serial=PF-1&done=fobGiven')).text);
  expect(after).toContain(consoleTexts.fobs.states.handed_over);
  expect(after).toContain(consoleTexts.done.fobGiven);
});
