import { verifyAudit } from '@passfob/service/subjects/audit/verify';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow, post } from '../kit.ts';
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
  for (const [seed, writing] of [
    ['not a seed!', 'base32'],
    [SEED.base32, 'hex'],
    ['', 'base32'],
  ] as const) {
    const refused = await visitor.send('/operator/tokens/issue', {
      ...issueFields,
      serial: 'NEW-1',
      seed,
      writing,
    });
    expect(refused.text).toContain('The seed does not fit its format');
  }
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

test('a token is reserved for one user, or stays unassigned, and goes to nobody else', async service => {
  await service.office.users('ada', 'bob');
  const visitor = await service.signedIn('admin');
  for (const serial of ['SET-1', 'SET-2'])
    await visitor.send('/operator/tokens/issue', { ...issueFields, serial, seed: SEED.hex, writing: 'hex' });
  expect((await visitor.get('/operator/token?serial=SET-1')).text).toContain('/operator/token/reserve?');
  const unknown = await visitor.send('/operator/token/reserve', { serial: 'SET-1', user: 'nobody' });
  expect([unknown.status, unknown.text]).toEqual([422, expect.stringContaining('<a href="#user">')]);
  for (const [serial, user] of [
    ['SET-1', 'ada'],
    ['SET-2', ''],
  ] as const) {
    const { location } = await visitor.send('/operator/token/reserve', { serial, user });
    expect(location).toBe(`/operator/token?serial=${serial}&done=reserved`);
    expect((await visitor.get(location ?? '')).text).toContain('Reserved');
  }
  const taken = await visitor.send('/operator/token/assign', { serial: 'SET-1', user: 'bob' });
  expect([taken.status, taken.text]).toEqual([422, expect.stringContaining('reserved for another user')]);
  expect((await visitor.send('/operator/token/assign', { serial: 'SET-2', user: 'bob' })).status).toBe(303);
});

test('keys and temporary passcodes are shown once, in no address and in no cache', async service => {
  await service.office.users('ada');
  const visitor = await service.signedIn('admin');
  const made = await visitor.send('/operator/applications/create', { name: 'VPN', factors: 'otp' });
  const key = secret(/<code>(pfk_[\w-]+)<\/code>/.exec(made.text)?.[1] ?? '');
  expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect((await post(service, key, { user: 'ada', passcode: '123456' })).status).toBe(403);
  const api = await visitor.send('/operator/api-keys/create', { name: 'tickets', role: 'auditor' });
  const apiKey = secret(/<code>(pfa_[\w-]+)<\/code>/.exec(api.text)?.[1] ?? '');
  const code = await visitor.send('/operator/user/code', { user: 'ada', hours: '1' });
  const passcode = secret(/<code>(\d{5} \d{5})<\/code>/.exec(code.text)?.[1] ?? '');
  const withdrawn = await visitor.send('/operator/user/code', { user: 'ada', hours: '1' });
  const ended = secret(/<code>(\d{5} \d{5})<\/code>/.exec(withdrawn.text)?.[1] ?? '');
  expect((await service.validate({ user: 'ada', passcode, source: '::1' })).accepted).toBe(false);
  await visitor.send('/operator/user/withdraw-code', { user: 'ada' });
  expect((await service.validate({ user: 'ada', passcode: ended, source: '::1' })).accepted).toBe(false);
  const last = await visitor.send('/operator/user/code', { user: 'ada', hours: '1' });
  const third = secret(/<code>(\d{5} \d{5})<\/code>/.exec(last.text)?.[1] ?? '');
  const once = { user: 'ada', passcode: third, source: '::1' };
  expect((await service.validate(once)).accepted).toBe(true);
  expect((await service.validate(once)).accepted).toBe(false);
  for (const path of ['/applications', '/api-keys', '/user?user=ada', '/audit'])
    for (const value of [key, apiKey, passcode, third])
      expect((await visitor.get(`/operator${path}`)).text).not.toContain(value);
});

test('help desk unlocks accounts and sees the real reasons; the audit page confirms the verification in words', async service => {
  await fillWorld(service);
  const desk = await service.signedIn('helpdesk');
  const before = (await desk.get('/operator/user?user=ada')).text;
  for (const words of ['Wrong passcode', 'Account locked', 'Passcode used again', 'Locked until'])
    expect(before).toContain(words);
  expect((await desk.send('/operator/user/unlock', { user: 'ada' })).location).toBe(
    '/operator/user?user=ada&done=unlock',
  );
  const after = (await desk.get('/operator/user?user=ada&done=unlock')).text;
  expect(after).toContain('The account is unlocked.');
  expect(after).not.toContain('Locked until');
  const auditor = await service.signedIn('auditor');
  expect((await auditor.send('/operator/audit/verify')).text).toContain('The audit is intact.');
  await service.office.set('audit', { actor: 'somebody' }, { id: 3 });
  const broken = await auditor.send('/operator/audit/verify');
  expect(broken.text).toContain('The audit is not intact.');
  expect(broken.text).toContain('Row 3 was changed after it was written.');
  expect((await verifyAudit(service.office.store.db, service.office.management.keys)).intact).toBe(false);
});

test('an empty field keeps lockout enabled, and settings within range are accepted', async service => {
  const visitor = await service.signedIn('admin');
  const fields = { serviceName: 'ACME', publicAddress: '', threshold: '5', amount: '2', unit: 'hours' };
  for (const change of [{ threshold: '' }, { threshold: 'x' }, { amount: '' }, { unit: 'years' }])
    expect((await visitor.send('/operator/settings/change', { ...fields, ...change })).status).toBe(422);
  expect((await visitor.send('/operator/settings/change', fields)).status).toBe(303);
  const { text } = await visitor.get('/operator/settings');
  for (const words of ['ACME', '5 failures in a row', '2 hours']) expect(text).toContain(words);
});

test('resynchronising finds a fob whose counter ran ahead', async service => {
  const token = await service.office.token('ada', { serial: 'ADA-1' });
  const visitor = await service.signedIn('helpdesk');
  const ahead = service.clock.nowMs + 40 * 30_000;
  const codes = { first: codeNow(token, ahead), second: codeNow(token, ahead + 30_000) };
  const wrong = await visitor.send('/operator/token/resync', {
    serial: 'ADA-1',
    first: codes.second,
    second: codes.first,
  });
  expect(wrong.status).toBe(422);
  expect(wrong.text).not.toContain(codes.first);
  const sent = await visitor.send('/operator/token/resync', { serial: 'ADA-1', ...codes });
  expect(sent.location).toBe('/operator/token?serial=ADA-1&done=resynchronised');
});
