import { randomBytes } from 'node:crypto';
import { writing } from '@passfob/service/storage/database/database';
import { seal } from '@passfob/service/storage/encryption-at-rest/seal';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { createApplication } from '@passfob/service/subjects/applications/acts';
import { markLost } from '@passfob/service/subjects/care/life';
import {
  cancelTask,
  eraseFob,
  requirePin,
  resetFobPin,
  setClock,
} from '@passfob/service/subjects/care/task-acts';
import { startActivation } from '@passfob/service/subjects/enrolment/activations';
import { startBulk } from '@passfob/service/subjects/jobs/bulk';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import { sealContent } from '@passfob/service/subjects/mail/content';
import { queueMail } from '@passfob/service/subjects/mail/queue';
import { addChannel } from '@passfob/service/subjects/notify/manage';
import { checkCaller } from '@passfob/service/subjects/push/callers/check';
import { createRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { revokeToken, suspendToken } from '@passfob/service/subjects/tokens/acts';
import { issueToken } from '@passfob/service/subjects/tokens/issue';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { createUser, disableUser } from '@passfob/service/subjects/users/acts';
import { secret } from '../../kit/secrets.ts';
import { codeNow, wrongCode } from '../kit.ts';
import { invitation, useServer } from '../mail/kit.ts';
import { PushFob } from '../push/kit.ts';
import { accepted, grace, type Office, randomSecret } from '../users/kit.ts';
import type { Furnished } from './kit.ts';

/** A name that contains markup. */
export const HOSTILE = `<b title="x">eve</b>&'`;

/** The caller check that is in progress. */
export const CALLER_CHECK = '00000000-0000-4000-8000-000000000002';

/** Fills a service with every kind of object that its pages show. */
export async function fillWorld(service: Furnished): Promise<void> {
  const { office, clock } = service;
  const { management } = office;
  await office.users('ada', 'bob');
  await office.do(createUser, {
    name: HOSTILE,
    displayName: '<script>alert(1)</script>',
    email: 'eve@example.org',
  });
  await office.do(createUser, { name: 'gone' });
  await office.do(disableUser, { user: 'gone' });
  await office.do(createPolicy, { name: 'eight digits', kind: 'totp', digits: 8, pinPlace: 'fob' });
  for (const serial of ['INV-1', 'INV-2', '<i>&"odd?/#%'])
    await office.do(issueToken, {
      serial,
      secret: randomSecret(20),
      policy: 'eight digits',
      label: '<u>VPN</u>',
    });
  await office.token('bob', { serial: 'BOB-1', kind: 'hotp' });
  const ada = await office.token('ada', { serial: 'ADA-1', issuer: 'ACME', label: 'VPN' });
  const attempt = (passcode: string) =>
    service.validate({ user: 'ada', passcode, source: '<b>192.0.2.1</b>' });
  for (const passcode of Array(3).fill(codeNow(ada, clock.nowMs))) await attempt(passcode);
  for (let nth = 0; nth < 4; nth++) await attempt(wrongCode(ada, clock.nowMs, nth));
  await service.validate({ user: 'nobody', passcode: '123456', source: '192.0.2.9' });
  await office.do(suspendToken, { serial: 'ADA-1' });
  await office.do(revokeToken, { serial: 'INV-2', reason: 'lost' });
  for (const [serial, driftPpm] of [
    ['PF-1', 3.5],
    ['PF-2', -31],
    ['PF-3', null],
  ] as const)
    await office.fob(serial, {
      firmware: '1.0.0',
      ...(driftPpm !== null && { clock: { setMs: clock.nowMs, errorMs: 1200, driftPpm } }),
    });
  await fillCare(office);
  await office.users('pia');
  await PushFob.of(office, 'pia');
  await office.do(checkCaller, { user: 'pia' });
  await management.db.updateTable('pushes').set({ id: CALLER_CHECK }).execute();
  await fillMails(office);
  const publicUrl = { configured: undefined, own: () => service.url };
  for (const user of ['ada', HOSTILE]) {
    const made = accepted(await startActivation({ ...management, publicUrl }, grace, { user, fobs: 'any' }));
    if (made.string !== null) secret(made.string);
  }
  await fillService(office);
}

/** What the fobs told when they were last seen, their accounts, and their tasks. */
async function fillCare(office: Office): Promise<void> {
  const { nowMs } = office;
  const seen = { clock_state: 'trusted', seen_error_ms: 5000, last_seen_ms: nowMs - 1000 } as const;
  const relay = { last_relay: 'agent', last_relay_name: '<b>192.0.2.7</b>' } as const;
  const told = { battery_percent: 12, pin: 'set', pin_digits: 6, pin_failures: 2, pin_attempts: 10 } as const;
  const rest = {
    is_locked: 1,
    went_back: 'no',
    can_reset_pin: 1,
    espruino: '2v26',
    free_records: 0,
  } as const;
  const own = { nickname: '<i>my fob</i>', listed_ms: nowMs - 2000 };
  await office.set('fobs', { ...seen, ...relay, ...told, ...rest, ...own }, { serial: 'PF-1' });
  const fob = await office.row('fobs', { serial: 'PF-1' });
  const account = { fob_id: fob.id, kind: 2, is_damaged: 0, seen_ms: nowMs } as const;
  await office.store.db
    .insertInto('fob_accounts')
    .values([
      { ...account, account: '00c0ffee', place: 0, issuer: '<u>ACME</u>', label: 'old & odd' },
      { ...account, account: '0badf00d', place: 1, issuer: '', label: '', is_damaged: 1 },
    ])
    .execute();
  for (const act of [setClock, requirePin, resetFobPin]) await office.do(act, { serial: 'PF-1' });
  const erase = await office.do(eraseFob, { serial: 'PF-1' });
  await office.do(cancelTask, { serial: 'PF-1', id: erase.id });
  await office.do(markLost, { serial: 'PF-2' });
}

/** The mail of `ada` in the local outbox. */
export const LOCAL_MAIL = '00000000-0000-4000-8000-000000000001';

/** Creates mails of all states: one in the local outbox, the others after a mail server is set. */
async function fillMails({ management }: Office): Promise<void> {
  const { db, keys } = management;
  const mail = await invitation(management);
  const queue = () => writing(db, transaction => queueMail(transaction, keys, mail));
  await queue();
  const { keyId, box } = sealContent(keys, LOCAL_MAIL, mail);
  await db.updateTable('mails').set({ id: LOCAL_MAIL, key_id: keyId, sealed_content: box }).execute();
  for (const state of ['waiting', 'sent', 'failed', 'bounced', 'dropped'] as const) {
    await queue();
    await db
      .updateTable('mails')
      .set({
        state,
        error: state === 'failed' ? 'SMTP EENVELOPE 550' : null,
        due_ms: Number.MAX_SAFE_INTEGER,
      })
      .where('state', '=', 'local')
      .where('id', '<>', LOCAL_MAIL)
      .execute();
  }
  await useServer(management, 9, 'Hilda, extension 12');
}

/** The RADIUS client. */
export const RADIUS_CLIENT = '00000000-0000-4000-8000-000000000002';

async function fillRadius(office: Office, applicationId: string): Promise<void> {
  const { keys } = office.management;
  const gate = {
    name: 'gate <1>',
    address: '2001:db8::/64',
    applicationId,
    secret: secret(randomBytes(18).toString('base64url')),
  };
  await office.do(createRadiusClient, gate);
  const { keyId, box } = seal(keys, { table: 'radius_clients', id: RADIUS_CLIENT }, Buffer.from(gate.secret));
  await office.set('radius_clients', { id: RADIUS_CLIENT, key_id: keyId, sealed_secret: box });
}

async function fillService(office: Office): Promise<void> {
  const { management } = office;
  const vpn = await office.do(createApplication, { name: 'VPN <gateway>', factors: 'otp' });
  secret(vpn.value);
  await fillRadius(office, vpn.application.id);
  secret((await office.do(createApiKey, { name: 'ticket system', role: 'helpdesk' })).value);
  const target = { kind: 'syslog', host: 'logs.example.org', port: 6514, transport: 'tls' } as const;
  await office.do(addChannel, { name: 'log host', enabled: true, target });
  const hook = { kind: 'webhook', url: 'https://hooks.example.org/a' } as const;
  secret((await office.do(addChannel, { name: 'hook', enabled: false, target: hook })).madeKey ?? '');
  const server = { host: 'mail.example.org', port: 587, security: 'starttls' } as const;
  const mail = {
    kind: 'mail',
    ...server,
    from: 'passfob@example.org',
    to: ['security@example.org'],
  } as const;
  await office.do(addChannel, { name: 'mail', enabled: true, target: mail });
  await office.do(startBulk, { kind: 'suspend', serials: ['INV-1', 'NONE-1'], title: 'Suspend <two>' });
  const jobs = startJobs(management);
  await jobs.idle();
  await jobs.close();
  await office.do(startBulk, { kind: 'unassign', serials: ['NONE-2'] });
}
