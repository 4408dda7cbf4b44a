import { mailLimits } from '../../base/limits/mail.ts';
import type { NewMail } from '../../base/mail-kinds.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { type Sealed, seal, unseal } from '../../storage/encryption-at-rest/seal.ts';

/** A row's encrypted content, if it still exists. */
export interface SealedContent {
  readonly id: string;
  readonly sealed_content: string | null;
  readonly key_id: string | null;
}

/** Encrypts the facts of a mail for its row. @throws Error if they are longer than those of any mail */
export function sealContent(keys: Keys, id: string, mail: NewMail): Sealed {
  const plain = Buffer.from(JSON.stringify(mail));
  if (plain.length > mailLimits.mailContentMaxBytes) throw new Error('the facts of a mail are too long');
  return seal(keys, { table: 'mails', id }, plain);
}

/** Returns the facts of a mail; undefined if they were destroyed or cannot be decrypted. A secret. */
export function openContent(keys: Keys, row: SealedContent): NewMail | undefined {
  if (row.sealed_content === null || row.key_id === null) return undefined;
  const plain = unseal(keys, { table: 'mails', id: row.id }, { keyId: row.key_id, box: row.sealed_content });
  return plain && (JSON.parse(Buffer.from(plain).toString('utf8')) as NewMail);
}

/** The values that remove a row's content. */
export const destroyed = { sealed_content: null, key_id: null } as const;
