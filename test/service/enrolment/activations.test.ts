import { createHash } from 'node:crypto';
import { ensureIdentity } from '@passfob/service/storage/encryption-at-rest/identity';
import {
  resendActivation,
  revokeActivation,
  type StartInput,
  startActivation,
} from '@passfob/service/subjects/enrolment/activations';
import { publicUrlOf } from '@passfob/service/subjects/enrolment/public-url';
import { activationsOf, viewActivation } from '@passfob/service/subjects/enrolment/views';
import { reserveToken } from '@passfob/service/subjects/tokens/acts';
import { createPolicy, removePolicy } from '@passfob/service/subjects/tokens/policies';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { findUser } from '@passfob/service/subjects/users/users';
import { readActivationString } from 'passfob/activation/activation-string';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Bureau } from '../api/kit.ts';
import { accepted, codeOf, grace, Office } from '../users/kit.ts';
import {
  db,
  entered,
  HOUR_MS,
  kept,
  mailOf,
  management,
  office,
  openEachOffice,
  PUBLIC_URL,
  started,
  stock,
  tokenOf,
} from './office.ts';

openEachOffice();

const start = (office: Office, input: StartInput) => startActivation(office.management, grace, input);
const resend = async (office: Office, id: string) => {
  const made = await resendActivation(office.management, grace, { id });
  return made.ok ? { ok: true as const, value: kept(made.value) } : made;
};

test('starting an activation reserves a token, and the mail holds link and string with address, code and identity', async () => {
  await stock(office, 'T-1');
  const { activation, string } = await started(office, { user: 'Ada', serial: 'T-1' });
  expect(string).toBeNull();
  expect(activation).toMatchObject({
    user: 'ada',
    serial: 'T-1',
    fobs: 'owned',
    state: 'open',
    step: 'waiting',
  });
  expect(activation.expiresMs - activation.createdMs).toBe(72 * HOUR_MS);
  expect(await tokenOf(office, 'T-1')).toEqual({ state: 'reserved', user: 'ada' });
  const [{ mail } = {}] = await mailOf(office);
  if (mail?.kind !== 'activation') throw new Error('no mail');
  expect(mail).toMatchObject({
    to: 'ada@example.org',
    fob: { serial: 'PF-T-1', name: null },
    blankAllowed: false,
  });
  expect(mail.link).toBe(`${PUBLIC_URL}/activate#${mail.activationString}`);
  const read = readActivationString(mail.activationString);
  const { db, keys } = management;
  const { publicKey } = await ensureIdentity(db, keys, office.nowMs);
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  expect(read.service).toBe(PUBLIC_URL);
  expect(Buffer.from(read.fingerprint)).toEqual(digest.subarray(0, 16));
  expect(await entered(office, mail.activationString)).toBe(activation.id);
  // Neither the database nor the audit holds the code in any spelling.
  const rows = JSON.stringify([
    await db.selectFrom('activations').selectAll().execute(),
    (await office.audit()).text,
  ]);
  for (const encoding of ['hex', 'base64', 'base64url'] as const)
    expect(rows).not.toContain(Buffer.from(read.code).toString(encoding));
  expect(rows).not.toContain(mail.activationString);
  expect((await office.audit()).acts.slice(-2)).toEqual(['token.assign T-1', 'activation.start ada']);
});

test('without a mail address, or on request, the string is shown once and nothing is mailed', async () => {
  const bob = await started(office, { user: 'bob', fobs: 'any' });
  const ada = await started(office, { user: 'ada', delivery: 'shown' });
  for (const { string, activation } of [bob, ada]) {
    expect(await entered(office, string)).toBe(activation.id);
    expect(activation.mail).toBeNull();
  }
  expect(await mailOf(office)).toEqual([]);
  await stock(office, 'T-1');
  expect(codeOf(await start(office, { user: 'bob', serial: 'T-1', delivery: 'mail' }))).toBe('no_email');
  expect(await tokenOf(office, 'T-1')).toMatchObject({ state: 'inventory' });
});

test('an impossible activation is refused and leaves nothing behind', async () => {
  await office.users('gone');
  accepted(await disableUser(management, grace, { user: 'gone' }));
  await stock(office, 'T-1');
  await stock(office, 'T-2');
  await stock(office, 'BARE', null);
  accepted(await reserveToken(management, grace, { serial: 'T-2', user: 'bob' }));
  await office.token('ada', { serial: 'USED' });
  const before = (await office.audit()).acts.length;
  const refusals: readonly [StartInput, string][] = [
    [{ user: 'gone' }, 'disabled_user'],
    [{ user: 'ada', lifetimeMs: HOUR_MS - 1 }, 'bad_activation_time'],
    [{ user: 'ada', lifetimeMs: 30 * 24 * HOUR_MS + 1 }, 'bad_activation_time'],
    [{ user: 'ada', lifetimeMs: Number.NaN }, 'bad_activation_time'],
    [{ user: 'ada', serial: 'NONE' }, 'unknown_serial'],
    [{ user: 'ada', serial: 'BARE' }, 'not_enrolable'],
    [{ user: 'ada', serial: 'T-2' }, 'reserved_for_another'],
    [{ user: 'ada', serial: 'T-1', fobs: 'any' }, 'bad_target'],
    [{ user: 'ada', serial: 'T-1', policy: 'staff' }, 'bad_target'],
  ];
  for (const [input, code] of refusals)
    expect([input, codeOf(await start(office, input))]).toEqual([input, code]);
  await db.deleteFrom('settings').where('name', '=', 'public_address').execute();
  expect(codeOf(await start(office, { user: 'ada', serial: 'T-1' }))).toBe('no_public_address');
  expect((await office.audit()).acts).toHaveLength(before);
  expect(await tokenOf(office, 'T-1')).toEqual({ state: 'inventory', user: null });
  expect(await db.selectFrom('activations').select('id').execute()).toEqual([]);
});

test('a duplicate open activation is refused, also concurrently; an expired one may be followed', async () => {
  await stock(office, 'T-1');
  const both = await Promise.all([1, 2].map(() => start(office, { user: 'ada', serial: 'T-1' })));
  expect(both.map(codeOf).sort()).toEqual(['activation_open', 'done']);
  accepted(await start(office, { user: 'ada' }));
  expect(codeOf(await start(office, { user: 'ada', fobs: 'any' }))).toBe('activation_open');
  office.nowMs += 72 * HOUR_MS;
  expect(codeOf(await start(office, { user: 'ada', serial: 'T-1' }))).toBe('done');
  const ada = await findUser(db, 'ada');
  const states = (await activationsOf(db, ada?.id ?? '', office.nowMs)).map(({ state }) => state);
  expect(states.sort()).toEqual(['expired', 'expired', 'open']);
});

test('resending issues another code, ends the earlier activation with its reason and drops its unsent mail', async () => {
  const first = await started(office, { user: 'ada', lifetimeMs: 5 * HOUR_MS });
  const [{ mail: firstMail } = {}] = await mailOf(office);
  office.nowMs += HOUR_MS;
  const { activation } = accepted(await resend(office, first.activation.id));
  const mails = await mailOf(office);
  expect(mails.map(({ state }) => state)).toEqual(['dropped', 'local']);
  const secondMail = mails[1]?.mail;
  if (firstMail?.kind !== 'activation' || secondMail?.kind !== 'activation') throw new Error('no mails');
  expect(secondMail.activationString).not.toBe(firstMail.activationString);
  expect(await entered(office, firstMail.activationString)).toBeUndefined();
  expect(await entered(office, secondMail.activationString)).toBe(activation.id);
  expect(await viewActivation(db, first.activation.id, office.nowMs)).toMatchObject({
    state: 'revoked',
    reason: 'resent',
    mail: { state: 'dropped' },
  });
  expect(activation.expiresMs - activation.createdMs).toBe(5 * HOUR_MS);
  expect(codeOf(await resend(office, first.activation.id))).toBe('activation_over');
  // An expired activation may be resent while no other is open.
  office.nowMs += 5 * HOUR_MS;
  expect(codeOf(await resend(office, activation.id))).toBe('done');
});

test('a resend after an interrupted run keeps its chosen token, and the activation still accepts any fob', async () => {
  await stock(office, 'T-1');
  accepted(await reserveToken(management, grace, { serial: 'T-1', user: 'bob' }));
  const { activation } = await started(office, { user: 'bob', fobs: 'any' });
  const { id: token_id, fob_id } = await office.row('tokens', { serial: 'T-1' });
  await office.set('activations', { token_id, fob_id }, { id: activation.id });
  expect(codeOf(await start(office, { user: 'bob' }))).toBe('activation_open');
  const again = accepted(await resend(office, activation.id));
  expect(again.activation).toMatchObject({ serial: 'T-1', fob: 'PF-T-1', fobs: 'any', step: 'waiting' });
  expect(codeOf(await start(office, { user: 'bob' }))).toBe('activation_open');
  const revoked = accepted(await revokeActivation(management, grace, { id: again.activation.id }));
  expect(revoked).toMatchObject({ state: 'revoked', reason: 'operator' });
  expect((await office.audit()).acts.slice(-2)).toEqual(['token.unassign T-1', 'activation.revoke bob']);
  expect(await tokenOf(office, 'T-1')).toEqual({ state: 'inventory', user: null });
});

test('of two concurrent resends one succeeds, and the eleventh resend within an hour is refused', async () => {
  const { activation } = await started(office, { user: 'bob' });
  const raced = await Promise.all([1, 2, 3].map(() => resend(office, activation.id)));
  expect(raced.map(codeOf).sort()).toEqual(['activation_over', 'activation_over', 'done']);
  const won = raced.find(one => one.ok);
  let id = won?.ok ? won.value.activation.id : '';
  for (let nth = 2; nth <= 10; nth++) {
    office.nowMs += 60_000;
    id = accepted(await resend(office, id)).activation.id;
  }
  expect(codeOf(await resend(office, id))).toBe('too_many_resends');
  // It blocks neither another user nor an activation of this user for another token.
  const ada = await started(office, { user: 'ada' });
  expect(codeOf(await resend(office, ada.activation.id))).toBe('done');
  const open = await db.selectFrom('activations').select('id').where('state', '=', 'open').execute();
  expect(open).toHaveLength(2);
  office.nowMs += HOUR_MS - 9 * 60_000;
  expect(codeOf(await resend(office, id))).toBe('done');
  const acts = (await office.audit()).acts.filter(act => act === 'activation.resend bob');
  expect(acts).toHaveLength(11);
});

test('a disabled user has no open activation, and a policy with an open activation cannot be removed', async () => {
  accepted(await createPolicy(management, grace, { name: 'staff', kind: 'totp' }));
  const { activation, string } = await started(office, { user: 'bob', policy: 'staff' });
  expect(activation.policy).toBe('staff');
  expect(codeOf(await removePolicy(management, grace, { name: 'staff' }))).toBe('policy_used');
  accepted(await disableUser(management, grace, { user: 'bob' }));
  expect(await entered(office, string)).toBeUndefined();
  expect(codeOf(await resend(office, activation.id))).toBe('disabled_user');
});

/** Returns the service address in a new activation string that was requested under `base`. */
async function namedIn(bureau: Bureau, base: string, user: string): Promise<string> {
  await bureau.office.users(user);
  const response = await fetch(`${base}/v1/users/${user}/activations`, {
    method: 'POST',
    headers: { ...(await bureau.key('admin')), 'content-type': 'application/json' },
    body: '{}',
  });
  const { string } = (await response.json()) as { string: string };
  return readActivationString(secret(string)).service;
}

test('the activation string contains the configured address, whatever the Host header says, or the listener’s', async () => {
  const configured = 'https://otp.example.org';
  await using bureau = await Bureau.open({ publicUrl: configured });
  expect(await namedIn(bureau, bureau.service.url, 'ada')).toBe(configured);
  await using other = await Bureau.open();
  const { port } = new URL(other.service.url);
  expect(await namedIn(other, `http://localhost:${port}`, 'ada')).toBe(other.service.url);
});

test('the configured address overrides the setting, which overrides the listener; plain http is for loopback only', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  const own = () => 'http://127.0.0.1:8480';
  const elsewhere = { configured: undefined, own: () => 'http://192.0.2.1:8480' };
  expect(await publicUrlOf({ db })).toBeUndefined();
  expect(await publicUrlOf({ db, publicUrl: elsewhere })).toBeUndefined();
  expect(
    await publicUrlOf({ db, publicUrl: { configured: undefined, own: () => undefined } }),
  ).toBeUndefined();
  expect(await publicUrlOf({ db, publicUrl: { configured: undefined, own } })).toBe('http://127.0.0.1:8480');
  const publicAddress = 'https://set.example.org';
  accepted(await changeSettings(office.management, grace, { publicAddress }));
  expect(await publicUrlOf({ db, publicUrl: { configured: undefined, own } })).toBe(publicAddress);
  const configured = 'https://otp.example.org';
  expect(await publicUrlOf({ db, publicUrl: { configured, own } })).toBe(configured);
});
