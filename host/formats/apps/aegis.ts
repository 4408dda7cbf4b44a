import { enrolmentOf } from '../base/draft.ts';
import { base64Bytes, hexBytes } from '../base/encodings.ts';
import { SLOTS_MAX } from '../base/limits.ts';
import { checkedRow, type ImportRow, type ReadAids, readRows, type SourceFile, textOf } from '../base/row.ts';
import { damagedSeal, openGcm, type Scrypt, scryptKey, wrongPassword } from '../base/sealed.ts';
import type { Work } from '../base/work.ts';
import { isObject, type Json, listIn, objectIn, parseJson, textIn } from './json.ts';

/** Reads a vault exported by Aegis, plain or encrypted (docs/vault.md of Aegis, version 1). */
export async function readAegis(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const vault = parseJson(textOf(file));
  const db =
    typeof vault.db === 'string' ? await decrypted(vault, vault.db, file, aids) : objectIn(vault, 'db');
  const entries = listIn(db, 'entries');
  return readRows(entries, aids.work, (entry, at) => rowOf(`entry ${at + 1}`, isObject(entry) ? entry : {}));
}

function rowOf(place: string, entry: Json): ImportRow {
  const info = objectIn(entry, 'info');
  const names = { issuer: textIn(entry, 'issuer'), label: textIn(entry, 'name') };
  return checkedRow(place, names, () =>
    enrolmentOf({
      ...names,
      type: textIn(entry, 'type'),
      secret: { as: 'base32', text: textIn(info, 'secret') },
      algorithm: info.algo,
      digits: info.digits,
      period: info.period,
      counter: info.counter,
    }),
  );
}

const PASSWORD_SLOT = 1;

async function decrypted(vault: Json, db: string, file: SourceFile, aids: ReadAids): Promise<Json> {
  const { work } = aids;
  const header = objectIn(vault, 'header');
  const slots = listIn(header, 'slots')
    .filter(isObject)
    .filter(({ type }) => type === PASSWORD_SLOT);
  const sealed = base64Bytes(db);
  if (slots.length === 0 || slots.length > SLOTS_MAX || sealed === undefined) throw damagedSeal();
  const wrappings = slots.map(wrappingOf);
  for (const { cost } of wrappings) work.takeScrypt(cost);
  const password = await aids.password(file.name);
  for (const wrapping of wrappings) {
    const key = await vaultKey(wrapping, password, work);
    if (key === undefined) continue;
    const opened = openWith(key, objectIn(header, 'params'), sealed);
    if (opened === undefined) throw damagedSeal();
    return parseJson(textOf({ name: file.name, bytes: opened }));
  }
  throw wrongPassword();
}

/** The vault's key, encrypted under a key from the password. */
interface Wrapping {
  readonly cost: Scrypt;
  readonly params: Json;
  readonly key: Uint8Array;
}

function wrappingOf(slot: Json): Wrapping {
  const key = hexBytes(textIn(slot, 'key'));
  const salt = hexBytes(textIn(slot, 'salt'));
  if (key === undefined || salt === undefined) throw damagedSeal();
  const cost = { salt, n: Number(slot.n), r: Number(slot.r), p: Number(slot.p) };
  return { cost, params: objectIn(slot, 'key_params'), key };
}

async function vaultKey(
  { cost, params, key }: Wrapping,
  password: string,
  work: Work,
): Promise<Uint8Array | undefined> {
  const made = await work.unlessEnded(scryptKey(password, cost));
  const opened = openWith(made, params, key);
  if (opened !== undefined && opened.length !== made.length) throw damagedSeal();
  return opened;
}

function openWith(key: Uint8Array, params: Json, sealed: Uint8Array): Uint8Array | undefined {
  const nonce = hexBytes(textIn(params, 'nonce'));
  const tag = hexBytes(textIn(params, 'tag'));
  if (nonce === undefined || tag === undefined) throw damagedSeal();
  return openGcm(key, nonce, new Uint8Array(Buffer.concat([sealed, tag])));
}
