import { randomBytes } from 'node:crypto';
import type { NewMail } from '@passfob/service/base/mail-kinds';
import type { Db } from '@passfob/service/storage/database/database';
import { ensureIdentity } from '@passfob/service/storage/encryption-at-rest/identity';
import type { Management } from '@passfob/service/storage/management';
import {
  type MadeActivation,
  type StartInput,
  startActivation,
} from '@passfob/service/subjects/enrolment/activations';
import { enterActivation } from '@passfob/service/subjects/enrolment/relay/records/enter';
import { openContent } from '@passfob/service/subjects/mail/content';
import { changeUser, createUser } from '@passfob/service/subjects/users/acts';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { readActivationString } from 'passfob/activation/activation-string';
import { beforeEach } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, grace, Office } from '../users/kit.ts';

export const PUBLIC_URL = 'https://otp.example.org';
export const HOUR_MS = 3_600_000;

/** Opens an office whose service has an address and an identity, with `ada`, who has a mail address, and `bob`. */
export async function openOffice(): Promise<Office> {
  const office = await Office.open();
  const { management, store } = office;
  await ensureIdentity(store.db, management.keys, office.nowMs);
  accepted(
    await changeSettings(management, grace, { publicAddress: PUBLIC_URL, serviceName: 'Example Ltd' }),
  );
  accepted(await createUser(management, grace, { name: 'ada', email: 'ada@example.org' }));
  accepted(await createUser(management, grace, { name: 'bob' }));
  return office;
}

/** Puts a token into the inventory; a named fob belongs to the service. */
export async function stock(
  office: Office,
  serial: string,
  fob: string | null = `PF-${serial}`,
): Promise<void> {
  await office.issue(serial);
  if (fob !== null) await office.putOn((await office.fob(fob)).id, { serial });
}

export async function started(office: Office, input: StartInput): Promise<MadeActivation> {
  return kept(accepted(await startActivation(office.management, grace, input)));
}

/** Records the string of an activation as a secret. */
export function kept(made: MadeActivation): MadeActivation {
  if (made.string !== null) secret(made.string);
  return made;
}

/** Returns the mails to users, oldest first, with their states. */
export async function mailOf({
  store,
  management,
}: Office): Promise<{ state: string; mail: NewMail | undefined }[]> {
  const rows = await store.db.selectFrom('mails').selectAll().orderBy('created_ms').orderBy('id').execute();
  return rows.map(row => {
    const mail = openContent(management.keys, row);
    if (mail?.kind === 'activation') secret(mail.activationString);
    return { state: row.state, mail };
  });
}

/** Returns the state and user of a token. */
export async function tokenOf({ store }: Office, serial: string) {
  return store.db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .select(['tokens.state', 'users.name as user'])
    .where('serial', '=', serial)
    .executeTakeFirst();
}

export async function withoutAddress(office: Office, user: string): Promise<void> {
  accepted(await changeUser(office.management, grace, { user, email: '' }));
}

/** Claims and releases the activation of a string. @returns undefined if the service refuses it */
export async function entered(office: Office, string: string | null): Promise<string | undefined> {
  const { code } = readActivationString(string ?? '');
  const caller = { source: '192.0.2.9', requestId: 'test' };
  const entry = await enterActivation(office.management, caller, { code, relay: randomBytes(16) });
  if (entry.kind !== 'claimed') return undefined;
  await entry.claim.release();
  return entry.activation.id;
}

/** The office of the present test. */
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens it for each test of a file. */
export function openEachOffice(): void {
  beforeEach(async () => {
    office = await openOffice();
    ({ management } = office);
    ({ db } = management);
    return () => office[Symbol.asyncDispose]();
  });
}
