import { randomBytes } from 'node:crypto';
import type { ActivationMail, NewMail } from '@passfob/service/base/mail-kinds';
import { writing } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { saveMailServer } from '@passfob/service/subjects/mail/acts';
import { queueMail } from '@passfob/service/subjects/mail/queue';
import { findOrAddUser } from '@passfob/service/subjects/users/users';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { activationString } from 'passfob/activation/activation-string';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, grace } from '../users/kit.ts';

export const PUBLIC_URL = 'https://otp.example.test';

/** Returns a real activation string, different at each call. */
export function freshString(): string {
  const [code, fingerprint] = [randomBytes(16), randomBytes(16)];
  return secret(activationString({ service: PUBLIC_URL, code, fingerprint }));
}

/** Returns an invitation of `ada`, unless said otherwise. */
export async function invitation(
  { db, clock }: Management,
  changes: Partial<ActivationMail> = {},
): Promise<ActivationMail> {
  const name = changes.user ?? 'ada';
  const { id } = await writing(db, transaction => findOrAddUser(transaction, name, clock()));
  const string = changes.activationString ?? freshString();
  return {
    kind: 'activation',
    userId: id,
    activationId: 'activation-1',
    to: 'ada@example.test',
    atMs: clock(),
    user: name,
    displayName: 'Ada Lovelace',
    serviceName: 'Example Ltd',
    publicUrl: PUBLIC_URL,
    link: `${PUBLIC_URL}/activate#${string}`,
    activationString: string,
    expiresMs: clock() + 72 * 3_600_000,
    fob: { serial: 'PF-1', name: null },
    blankAllowed: false,
    ...changes,
  };
}

/** Queues a mail in a transaction of its own. @returns its identifier */
export async function queue({ db, keys }: Management, mail: NewMail): Promise<string> {
  const known = await db.selectFrom('mails').select('id').execute();
  await writing(db, transaction => queueMail(transaction, keys, mail));
  const rows = await db.selectFrom('mails').select('id').execute();
  const [fresh] = rows.filter(({ id }) => !known.some(row => row.id === id));
  expect(fresh).toBeDefined();
  return fresh?.id ?? '';
}

/** Sets a mail server on loopback. */
export async function useServer(management: Management, port: number, contact?: string): Promise<void> {
  accepted(
    await saveMailServer(management, grace, {
      host: '127.0.0.1',
      port,
      security: 'none',
      from: 'passfob@example.test',
      ...(contact === undefined ? {} : { contact }),
    }),
  );
}

/** Returns a mail's row in the table. */
export function rowOf({ db }: Management, id: string) {
  return db.selectFrom('mails').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Parses a mail by a parser other than the one that wrote it. */
export function parsed(raw: string): Promise<ParsedMail> {
  return simpleParser(raw);
}

/** Returns the addresses of a field, with their names. */
export function recipients(field: AddressObject | AddressObject[] | undefined): [string, string][] {
  return [field ?? []].flat().flatMap(({ value }) => value.map(({ name, address }) => [name, address ?? '']));
}
