import { badInput } from '../enrol/enrolment.ts';
import { imageSize } from '../enrol/image-size.ts';
import { parseJson } from './apps/json.ts';
import { linesOf, type SourceFile, textOf } from './base/row.ts';
import { FORMAT_NAMES, type FormatName } from './format-names.ts';
import { OATH_TYPE } from './tables/oath-users.ts';

/** Detects the format of a file from its content. @throws FobError `bad-input` for an unknown format */
export function detectFormat(file: SourceFile): FormatName {
  if (imageSize(file.bytes) !== undefined) return 'qr';
  const text = textOf(file)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('<')) return 'pskc';
  if (text.startsWith('[')) throw unknown();
  if (text.startsWith('{')) return detectJson(text);
  const [first] = linesOf(text);
  if (first === undefined)
    throw badInput('The file is empty, or holds nothing but comments.', 'Name a file that holds accounts.');
  const line = first.text;
  if (/^(?:otpauth|otpauth-migration|steam):/i.test(line)) return 'uri';
  if (OATH_TYPE.test(line.split(/\s/, 1)[0] ?? '')) return 'oath';
  if (/[,;\t]/.test(line)) return 'csv';
  throw unknown();
}

function detectJson(text: string): FormatName {
  const json = parseJson(text);
  if ('db' in json && 'header' in json) return 'aegis';
  if ('services' in json || 'servicesEncrypted' in json) return '2fas';
  if ('items' in json || 'encrypted' in json) return 'bitwarden';
  if ('tokens' in json) return 'freeotp';
  throw unknown();
}

function unknown(): Error {
  return badInput(
    'The format of the file is not known.',
    `Say which it is with --format: ${FORMAT_NAMES.join(', ')}.`,
  );
}
