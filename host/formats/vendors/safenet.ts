import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes } from '../base/encodings.ts';
import {
  checkedRow,
  type ImportRow,
  NAMELESS,
  type ReadAids,
  readRows,
  type SourceFile,
  utf8Of,
} from '../base/row.ts';
import { at, type Element, parseXml, textOf } from '../base/xml.ts';

/**
 * Reads the seed file of eToken PASS and other tokens of SafeNet (before: Aladdin, now Thales): HOTP with a seed in
 * hexadecimal. SHA-256 where the seed has 32 bytes, as privacyIDEA and LinOTP take it.
 */
export async function readSafeNet(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const root = await parseXml(utf8Of(file), work, 'Token');
  if (root.name !== 'Tokens') {
    throw badInput('The XML file is no seed file of SafeNet.', 'Name the file with the element "Tokens".');
  }
  const tokens = root.children.filter(({ name }) => name === 'Token');
  return readRows(tokens, work, (token, index) => rowOf(`token ${index + 1}`, token));
}

function rowOf(place: string, token: Element): ImportRow {
  const application = at(token, 'Applications', 'Application');
  const seed = textOf(at(application, 'Seed'));
  const bytes = hexBytes(seed)?.length ?? 0;
  const serial = token.attributes.get('serial')?.trim() ?? '';
  const names = bytes >= SECRET_BYTES_MIN ? { issuer: '', label: '', serial } : NAMELESS;
  return checkedRow(place, names, () =>
    enrolmentOf({
      ...names,
      type: 'hotp',
      secret: { as: 'hex', text: seed },
      algorithm: bytes === 32 ? 'SHA256' : 'SHA1',
      counter: textOf(at(application, 'MovingFactor')),
      warnings: ['The file does not name the number of digits; 6 are used.'],
    }),
  );
}
