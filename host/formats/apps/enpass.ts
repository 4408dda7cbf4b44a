import { type ImportRow, type ReadAids, readRows, type SourceFile, skipped, textOf } from '../base/row.ts';
import { isObject, type Json, listIn, parseJson, textIn } from './json.ts';
import { vaultItemRow } from './vault-item.ts';

/** Reads an export of Enpass (JSON). */
export async function readEnpass(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readRows(listIn(parseJson(textOf(file)), 'items'), work, (given, at) => {
    const item = isObject(given) ? given : {};
    const field = fieldsOf(item);
    const place = `item ${at + 1}`;
    const names = { issuer: textIn(item, 'title'), label: field('username') || field('email') };
    if (item.trashed === 1) return skipped(place, names, 'It is in the trash of Enpass.');
    return vaultItemRow(place, names, field('totp'));
  });
}

function fieldsOf({ fields }: Json): (type: string) => string {
  const all = (Array.isArray(fields) ? fields : []).filter(isObject).filter(field => field.deleted !== 1);
  return type =>
    all.map(field => (field.type === type ? textIn(field, 'value') : '')).find(text => text !== '') ?? '';
}
