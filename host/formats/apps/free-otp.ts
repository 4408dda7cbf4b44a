import { badInput } from '../../enrol/enrolment.ts';
import { steam } from '../../enrol/uri-parts.ts';
import { isFobError } from '../../errors.ts';
import { enrolmentOf } from '../base/draft.ts';
import {
  checkedRow,
  type ImportRow,
  type ReadAids,
  readRows,
  type SourceFile,
  textOf,
  utf8Of,
} from '../base/row.ts';
import type { Work } from '../base/work.ts';
import { parseXml } from '../base/xml.ts';
import { isObject, type Json, listIn, parseJson, parseJsonValue, textIn } from './json.ts';

/** Reads a backup of FreeOTP+ (JSON), and the settings file of FreeOTP 1 (`tokens.xml`) with the same tokens. */
export async function readFreeOtp(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const text = textOf(file);
  const tokens = isXml(text) ? await settingsOf(file, work) : listIn(parseJson(text), 'tokens');
  return readRows(tokens, work, (token, at) => rowOf(`token ${at + 1}`, isObject(token) ? token : {}));
}

function isXml(text: string): boolean {
  return /^[\s\ufeff]*</.test(text);
}

/** Android's settings: a map of texts. Each holds a token as JSON, but for the one with their order. */
async function settingsOf(file: SourceFile, work: Work): Promise<unknown[]> {
  const map = await parseXml(utf8Of(file), work, 'string');
  const tokens = map.children.filter(
    ({ name, attributes }) => name === 'string' && attributes.get('name') !== 'tokenOrder',
  );
  return tokens.map(({ text }) => jsonOr(text));
}

/** Other settings may be any text; as tokens, they are refused one by one. */
function jsonOr(text: string): unknown {
  try {
    return parseJsonValue(text);
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
    return {};
  }
}

function rowOf(place: string, token: Json): ImportRow {
  const names = {
    issuer: textIn(token, 'issuerExt') || textIn(token, 'issuerInt'),
    label: textIn(token, 'label'),
  };
  return checkedRow(place, names, () => {
    // FreeOTP+ generates Steam passcodes for every account with this issuer.
    if (names.issuer === 'Steam') throw steam();
    return enrolmentOf({
      ...names,
      type: textIn(token, 'type'),
      secret: { bytes: secretOf(token.secret) },
      algorithm: token.algo,
      digits: token.digits,
      period: token.period,
      counter: nextCounter(token.counter),
    });
  });
}

/** The app stores the counter of the last shown passcode, -1 before the first. */
function nextCounter(written: unknown): unknown {
  return typeof written === 'number' && Number.isInteger(written) && written >= -1 ? written + 1 : written;
}

/** Converts Java's signed bytes: -128 to 127. */
function secretOf(written: unknown): Uint8Array {
  const isByte = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= -128 && value < 256;
  if (Array.isArray(written) && written.every(isByte))
    return Uint8Array.from(written, (byte: number) => byte & 255);
  throw badInput('The secret is not a list of bytes.', 'Export the file again.');
}
