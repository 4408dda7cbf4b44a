import { randomBytes } from 'node:crypto';
import type { NewMail } from '@passfob/service/base/mail-kinds';
import {
  type MadeActivation,
  type StartInput,
  startActivation,
} from '@passfob/service/features/enrolment/activations';
import { enterActivation } from '@passfob/service/features/enrolment/relay/records/enter';
import { openContent } from '@passfob/service/features/mail/content';
import { registerFob } from '@passfob/service/features/tokens/fobs';
import { issueToken } from '@passfob/service/features/tokens/issue';
import { changeSettings } from '@passfob/service/features/users/settings';
import { changeUser, createUser } from '@passfob/service/features/users/user-changes';
import { findOrAddUser } from '@passfob/service/features/users/users';
import { writing } from '@passfob/service/storage/database/database';
import { ensureIdentity } from '@passfob/service/storage/encryption-at-rest/identity';
import { readActivationString } from 'passfob/activation/activation-string';
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

/** Makes the acting person an operator: jobs require that their operator still is one. */
export async function hire({ store, nowMs }: Office): Promise<void> {
  const user = await writing(store.db, db => findOrAddUser(db, grace.name, nowMs));
  const row = { user_id: user.id, role: 'admin', disabled_ms: null, created_ms: nowMs } as const;
  await store.db.insertInto('operators').values(row).execute();
}

/** Puts a token into the inventory; a named fob belongs to the service. */
export async function stock(
  office: Office,
  serial: string,
  fob: string | null = `PF-${serial}`,
): Promise<void> {
  const { management, store } = office;
  const bytes = (length: number) => secret(new Uint8Array(randomBytes(length)));
  accepted(await issueToken(management, grace, { serial, kind: 'totp', secret: bytes(20) }));
  if (fob === null) return;
  const secrets = { deviceSecret: bytes(32), pairingKey: bytes(32), recoveryKey: bytes(32) };
  accepted(await registerFob(management, grace, { serial: fob, board: 'pico', firmware: '1.0.0', secrets }));
  const { id } = await store.db
    .selectFrom('fobs')
    .select('id')
    .where('serial', '=', fob)
    .executeTakeFirstOrThrow();
  await store.db.updateTable('tokens').set({ fob_id: id }).where('serial', '=', serial).execute();
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
