import { closed } from '../base/closed.ts';
import { base64Bytes } from '../base/encodings.ts';
import { ARGON2_SALT_BYTES, GCM_NONCE_BYTES } from '../base/limits.ts';
import { type ImportRow, type ReadAids, readRows, type SourceFile, skipped, textOf } from '../base/row.ts';
import { argon2Key, damagedSeal, openGcm, wrongPassword } from '../base/sealed.ts';
import { isObject, type Json, listIn, objectIn, parseJson, textIn } from './json.ts';
import { vaultItemRow } from './vault-item.ts';

/** The fixed costs of Proton Authenticator, which its files do not contain. */
const ARGON2 = { memoryKib: 19_456, passes: 2, lanes: 1 } as const;
const CONTEXT = new TextEncoder().encode('proton.authenticator.export.v1');

/** Reads an export of Proton Authenticator, plain or under a password, or of Proton Pass (JSON). */
export async function readProton(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const given = parseJson(textOf(file));
  if ('vaults' in given) return readRows(itemsOf(given), aids.work, passRow);
  const root = 'content' in given ? await decrypted(given, file, aids) : given;
  return readRows(listIn(root, 'entries'), aids.work, (entry, at) => {
    const content = objectIn(isObject(entry) ? entry : {}, 'content');
    const names = { issuer: '', label: textIn(content, 'name') };
    return vaultItemRow(`entry ${at + 1}`, names, textIn(content, 'uri'));
  });
}

async function decrypted(given: Json, file: SourceFile, { work, password }: ReadAids): Promise<Json> {
  const salt = base64Bytes(textIn(given, 'salt'));
  const sealed = base64Bytes(textIn(given, 'content'));
  if (salt?.length !== ARGON2_SALT_BYTES || sealed === undefined || sealed.length <= GCM_NONCE_BYTES)
    throw damagedSeal();
  const cost = { ...ARGON2, salt };
  work.takeArgon2(cost);
  const key = await work.unlessEnded(argon2Key(await password(file.name), cost));
  const opened = openGcm(key, sealed.subarray(0, GCM_NONCE_BYTES), sealed.subarray(GCM_NONCE_BYTES), CONTEXT);
  if (opened === undefined) throw wrongPassword();
  return parseJson(textOf({ name: file.name, bytes: opened }));
}

function* itemsOf(root: Json): Generator<Json> {
  if (root.encrypted === true) {
    throw closed(
      'an encrypted export of Proton Pass (PGP)',
      'Export it again as CSV, or without encryption.',
    );
  }
  for (const vault of Object.values(objectIn(root, 'vaults'))) {
    for (const item of isObject(vault) ? listIn(vault, 'items') : []) yield isObject(item) ? item : {};
  }
}

/** State of an item in the trash. */
const TRASHED = 2;

function passRow(item: Json, at: number): ImportRow {
  const data = objectIn(item, 'data');
  const content = objectIn(data, 'content');
  const label =
    textIn(content, 'itemUsername') || textIn(content, 'itemEmail') || textIn(content, 'username');
  const names = { issuer: textIn(objectIn(data, 'metadata'), 'name'), label };
  if (item.state === TRASHED) return skipped(`item ${at + 1}`, names, 'It is in the trash of Proton Pass.');
  return vaultItemRow(`item ${at + 1}`, names, textIn(content, 'totpUri'));
}
