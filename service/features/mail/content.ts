import { mailLimits } from '../../base/limits/mail.ts';
import type { NewMail } from '../../base/mail-kinds.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { type Sealed, seal, unseal } from '../../storage/encryption-at-rest/seal.ts';

/** A row's content, as far as it is there. */
export interface SealedContent {
  readonly id: string;
  readonly sealed_content: string | null;
  readonly key_id: string | null;
}

/** Seals what a text will be made of for its row. @throws Error when it is longer than any mail's */
export function sealContent(keys: Keys, id: string, mail: NewMail): Sealed {
  const plain = Buffer.from(JSON.stringify(mail));
  if (plain.length > mailLimits.mailContentMaxBytes) throw new Error('the facts of a mail are too long');
  return seal(keys, { table: 'mails', id }, plain);
}

/** What a text is made of; undefined where it was destroyed or its seal does not open. A secret. */
export function openContent(keys: Keys, row: SealedContent): NewMail | undefined {
  if (row.sealed_content === null || row.key_id === null) return undefined;
  const plain = unseal(keys, { table: 'mails', id: row.id }, { keyId: row.key_id, box: row.sealed_content });
  return plain && (JSON.parse(Buffer.from(plain).toString('utf8')) as NewMail);
}

/** What a row is set to when its content is to be gone. */
export const destroyed = { sealed_content: null, key_id: null } as const;
