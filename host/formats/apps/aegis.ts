import { enrolmentOf } from '../draft.ts';
import { base64Bytes, hexBytes } from '../encodings.ts';
import { SLOTS_MAX } from '../limits.ts';
import { checkRowCount, judge, type ReadTools, type Row, type SourceFile, textOf } from '../row.ts';
import { damagedSeal, openGcm, scryptKey, wrongPassword } from '../sealed.ts';
import { isObject, type Json, listIn, objectIn, parseJson, textIn } from './json.ts';

/** A vault that Aegis exported, plain or encrypted (docs/vault.md of Aegis, version 1). */
export async function readAegis(file: SourceFile, tools: ReadTools): Promise<Row[]> {
  const vault = parseJson(textOf(file));
  const db =
    typeof vault.db === 'string' ? await decrypted(vault, vault.db, file, tools) : objectIn(vault, 'db');
  const entries = listIn(db, 'entries');
  checkRowCount(entries.length);
  return entries.map((entry, at) => rowOf(`entry ${at + 1}`, isObject(entry) ? entry : {}));
}

function rowOf(place: string, entry: Json): Row {
  const info = objectIn(entry, 'info');
  const names = { issuer: textIn(entry, 'issuer'), label: textIn(entry, 'name') };
  return judge(place, names, () =>
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

async function decrypted(vault: Json, db: string, file: SourceFile, tools: ReadTools): Promise<Json> {
  const header = objectIn(vault, 'header');
  const slots = listIn(header, 'slots')
    .filter(isObject)
    .filter(({ type }) => type === PASSWORD_SLOT);
  const sealed = base64Bytes(db);
  if (slots.length === 0 || slots.length > SLOTS_MAX || sealed === undefined) throw damagedSeal();
  const password = await tools.password(file.name);
  for (const slot of slots) {
    const key = await slotKey(slot, password);
    if (key === undefined) continue;
    const opened = openWith(key, objectIn(header, 'params'), sealed);
    if (opened === undefined) throw damagedSeal();
    return parseJson(textOf({ name: file.name, bytes: opened }));
  }
  throw wrongPassword();
}

/** The key of the vault, wrapped under a key from the password. */
async function slotKey(slot: Json, password: string): Promise<Uint8Array | undefined> {
  const wrapped = hexBytes(textIn(slot, 'key'));
  const salt = hexBytes(textIn(slot, 'salt'));
  if (wrapped === undefined || salt === undefined) throw damagedSeal();
  const key = await scryptKey(password, { salt, n: Number(slot.n), r: Number(slot.r), p: Number(slot.p) });
  const opened = openWith(key, objectIn(slot, 'key_params'), wrapped);
  if (opened !== undefined && opened.length !== key.length) throw damagedSeal();
  return opened;
}

function openWith(key: Uint8Array, params: Json, sealed: Uint8Array): Uint8Array | undefined {
  const nonce = hexBytes(textIn(params, 'nonce'));
  const tag = hexBytes(textIn(params, 'tag'));
  if (nonce === undefined || tag === undefined) throw damagedSeal();
  return openGcm(key, nonce, new Uint8Array(Buffer.concat([sealed, tag])));
}
