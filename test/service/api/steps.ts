import { writeAllCheckpoints } from '@passfob/service/subjects/audit/checkpoints';
import { lists, pagedLists } from '@passfob/service/subjects/lists';
import { expect } from 'vitest';
import { add, codeAt, codeNow, NOON_MS, newToken, stepAt } from '../kit.ts';
import { bounceOf } from '../mail/bounce-kit.ts';
import { invitation, queue } from '../mail/kit.ts';
import { PushFob } from '../push/kit.ts';
import { type Answer, Bureau, type Shown } from './kit.ts';

/** One act: its route, its subject, its input (default: the route's own example) and its result. */
export interface Step {
  readonly name: string;
  readonly at?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Rows in the audit, default one. */
  readonly rows?: number;
}

/** The seed in the example of `tokens.issue` (RFC 4226, appendix D), which is no secret. */
const rfcToken = newToken({ secret: new Uint8Array(Buffer.from('12345678901234567890')) });
const nextStep = stepAt(rfcToken, NOON_MS);
const twoCodes = { first: codeAt(rfcToken, nextStep), second: codeAt(rfcToken, nextStep + 1) };
/** A sent mail that bounces. */
const MAIL = '00000000-0000-4000-8000-000000000001';
const syslog = { kind: 'syslog', host: '127.0.0.1', port: 9, transport: 'udp' };

/** Acts of one kind of object, in an order in which each is possible. */
const all = (object: string, verbs: string, at: Step['at'] = {}): Step[] =>
  verbs.split(' ').map(verb => ({ name: `${object}.${verb}`, at }));
const ada = { user: 'ada' };
const onPeople: readonly Step[] = [
  { name: 'users.create' },
  ...all('users', 'change unlock set-password reset-pin', ada),
  ...all('users', 'disable enable', { user: 'grace' }),
  ...all('temporary-codes', 'make withdraw', ada),
  { name: 'callers.check', at: { user: 'pia' } },
  { name: 'activations.ask', at: ada, body: {} },
  ...all('activations', 'start resend revoke', ada),
  { name: 'groups.create' },
  { name: 'users.join-group', at: ada },
  { name: 'users.leave-group', at: { user: 'ada', group: 'Sales' } },
  ...all('groups', 'rename', { name: 'Sales' }),
  ...all('groups', 'delete', { name: 'Sales North' }),
  { name: 'operators.add' },
  ...all('operators', 'change disable enable remove', ada),
];
const FOB_7 = { serial: 'FOB-7' };
const onTokens: readonly Step[] = [
  { name: 'policies.create' },
  ...all('policies', 'change remove', { name: 'staff' }),
  { name: 'tokens.issue' },
  { name: 'tokens.rename', at: FOB_7 },
  { name: 'tokens.resync', at: FOB_7, body: twoCodes },
  { name: 'tokens.repair-last-step', at: { serial: 'FOB-AHEAD-1' } },
  { name: 'tokens.repair-last-steps' },
  ...all('tokens', 'unassign reserve assign', FOB_7),
  ...all('tokens', 'suspend reactivate revoke', { serial: 'FOB-1' }),
  { name: 'imports.plan', rows: 0 },
  { name: 'imports.start' },
  ...all('jobs', 'start pause resume cancel'),
];
const FOB = { serial: 'PF-7', account: '00c0ffee' };
const GIVEN = { serial: 'PF-8' };
const onFobs: readonly Step[] = [
  ...all('fobs', 'set-clock cancel-task reset-pin require-pin remove-account rename-account', FOB),
  ...all('fobs', 'order-accounts acknowledge-power-loss erase lost found return retire', FOB),
  ...all('fobs', 'give given', GIVEN),
];
const onTheRest: readonly Step[] = [
  ...all('applications', 'create change rotate-key disable enable'),
  ...all('radius-clients', 'create change rotate-secret set-secret remove'),
  ...all('api-keys', 'create revoke'),
  { name: 'alerts.acknowledge', at: { id: '1' } },
  { name: 'channels.create' },
  { name: 'channels.change', body: { name: 'here', enabled: true, target: syslog } },
  ...all('channels', 'test remove'),
  { name: 'mails.bounce', body: { message: bounceOf({ envelopeId: MAIL }) } },
  { name: 'settings.change' },
  { name: 'settings.change-kept' },
  { name: 'audit.verify', rows: 0 },
  ...[...lists, ...pagedLists].map(list => ({ name: list.name.replace('.list', '.export'), rows: 2 })),
  // No row is older than the audit is kept.
  { name: 'audit.rotate', body: { beforeMs: 0 }, rows: 0 },
];
/** All acts but those on a mail server, in an order in which each is possible. */
export const steps = [...onPeople, ...onTokens, ...onFobs, ...onTheRest];

/** Returns the acts on a mail server that listens on this port. */
export function onMail(port: number): readonly Step[] {
  const body = { host: '127.0.0.1', port, security: 'none', from: 'passfob@example.test' };
  return [{ name: 'mail-server.set', body }, { name: 'mail-server.test' }, { name: 'mail-server.remove' }];
}

/** Returns the identifier of a created object, which later acts use. */
export function madeId({ json }: Answer): string | undefined {
  const inner = [json, json.application, json.client, json.apiKey, json.channel, json.activation].find(
    (one): one is { id: string } => typeof one === 'object' && one !== null && 'id' in one,
  );
  return inner?.id;
}

/** Starts a service with all that the acts need. @returns it, and the key of an administrator */
export async function prepare(): Promise<{ bureau: Bureau; key: Shown }> {
  const bureau = await Bureau.open();
  const key = await bureau.key('admin');
  const token = await add(bureau.service, newToken());
  const passcode = codeNow(token, NOON_MS);
  // The passcode is accepted, which activates the token, and used again, which raises an alert.
  for (const outcome of ['accepted', 'replay'])
    expect(await bureau.service.validate({ user: 'ada', passcode, source: '192.0.2.9' })).toMatchObject({
      outcome,
    });
  const { db, keys } = bureau.office.management;
  // Two tokens whose passcodes are refused for a year, as after a clock that was ahead.
  for (const serial of ['FOB-AHEAD-1', 'FOB-AHEAD-2']) {
    await add(bureau.service, newToken({ user: 'linus', serial }));
    const lastStep = stepAt(token, NOON_MS + 365 * 24 * 3_600_000);
    await db.updateTable('tokens').set({ last_step: lastStep }).where('serial', '=', serial).execute();
  }
  // Two earlier checkpoints: rotation removes the first and keeps the newest.
  await writeAllCheckpoints(db, keys, () => NOON_MS - 2000);
  await bureau.office.fob(FOB.serial);
  await bureau.office.fob(GIVEN.serial);
  await bureau.office.users('pia');
  await PushFob.of(bureau.office, 'pia');
  await queue(bureau.office.management, await invitation(bureau.office.management, { user: 'linus' }));
  await db.updateTable('mails').set({ id: MAIL, state: 'sent', attempts: 1 }).execute();
  await writeAllCheckpoints(db, keys, () => NOON_MS - 1000);
  // The application in the example of a RADIUS client.
  const id = '00000000-0000-4000-8000-000000000000';
  const gate = {
    id,
    name: 'gate',
    key_hash: 'no key',
    factors: 'otp',
    disabled_ms: null,
    created_ms: 0,
  } as const;
  await db.insertInto('applications').values(gate).execute();
  return { bureau, key };
}

const SEED = { hex: '00'.repeat(20) };
const NO_FILE = { name: 'a', content: 'AAAA' };
const OTHER_MAIL = MAIL.replace('1', '2');

/** Method, path and body of refused requests, with status and code. */
export const refusals: readonly [string, string, unknown, number, string][] = [
  ['POST', '/v1/users', { name: 'ada' }, 409, 'user_taken'],
  ['GET', '/v1/users/nobody', undefined, 404, 'unknown_user'],
  ['POST', '/v1/users/ada/password', { password: 'short' }, 422, 'password_length'],
  ['POST', '/v1/tokens', { serial: 'FOB-1', kind: 'totp', seed: SEED }, 409, 'serial_taken'],
  ['POST', '/v1/tokens', { serial: 'FOB-9', kind: 'totp', seed: { base32: '1!' } }, 400, 'unreadable_seed'],
  ['POST', '/v1/tokens', { serial: 'FOB-9', kind: 'totp', seed: { hex: '00' } }, 400, 'bad_secret'],
  ['POST', '/v1/tokens', { serial: 'FOB-9', seed: SEED }, 400, 'bad_kind'],
  ['POST', '/v1/tokens/FOB-1/assign', { user: 'ada' }, 409, 'bad_transition'],
  ['POST', '/v1/users/ada/activations', { delivery: 'mail' }, 409, 'no_email'],
  ['POST', '/v1/users/ada/caller-checks', undefined, 409, 'no_push_fob'],
  ['GET', '/v1/users/ada/caller-checks/none', undefined, 404, 'unknown_caller_check'],
  ['POST', '/v1/users/ada/activations', { serial: 'FOB-1' }, 409, 'not_enrolable'],
  ['POST', '/v1/activations/none/resend', {}, 404, 'unknown_activation'],
  ['DELETE', '/v1/activations/none', undefined, 404, 'unknown_activation'],
  ['GET', '/v1/activations?after=damaged', undefined, 400, 'bad_cursor'],
  ['POST', '/v1/imports', { files: [], userFrom: 'nobody' }, 422, 'nothing_to_do'],
  ['POST', '/v1/imports/plan', { files: [NO_FILE], userFrom: 'nobody' }, 422, 'bad_import'],
  ['POST', '/v1/jobs', { kind: 'revoke', serials: ['FOB-1'] }, 400, 'bad_reason'],
  ['POST', '/v1/jobs', { kind: 'suspend' }, 422, 'nothing_to_do'],
  ['GET', '/v1/tokens?after=damaged', undefined, 400, 'bad_cursor'],
  ['GET', '/v1/jobs?after=damaged', undefined, 400, 'bad_cursor'],
  ['GET', '/v1/alerts?after=1.x', undefined, 400, 'bad_cursor'],
  ['GET', '/v1/mails?after=damaged', undefined, 400, 'bad_cursor'],
  ['POST', '/v1/mails/bounces', { message: 'hello' }, 422, 'bad_bounce'],
  ['POST', '/v1/mails/bounces', { message: bounceOf({ envelopeId: OTHER_MAIL }) }, 404, 'unknown_mail'],
  ['DELETE', '/v1/mail-server', undefined, 409, 'no_mail_server'],
  ['GET', '/v1/fobs/none', undefined, 404, 'unknown_fob'],
  ['GET', '/v1/fobs/none/tasks', undefined, 404, 'unknown_fob'],
  ['POST', '/v1/fobs/none/lost', undefined, 404, 'unknown_fob'],
  ['POST', '/v1/fobs/PF-7/give', { password: 'short' }, 400, 'bad_file_password'],
  ['POST', '/v1/fobs/PF-7/given', undefined, 409, 'bad_fob_state'],
  ['POST', '/v1/fobs/PF-7/found', undefined, 409, 'bad_fob_state'],
  ['POST', '/v1/fobs/PF-7/tasks/none/cancel', undefined, 404, 'unknown_task'],
  ['POST', '/v1/fobs/PF-7/order-accounts', { accounts: [] }, 400, 'bad_task'],
  ['POST', '/v1/fobs/PF-7/accounts/00c0ffee/rename', { issuer: '', label: '' }, 400, 'bad_task'],
  ['POST', '/v1/jobs', { kind: 'clock' }, 422, 'nothing_to_do'],
];
