import { KIND_HOTP, KIND_OCRA } from '@passfob/protocol/account';
import { ocraSuiteText } from '@passfob/protocol/ocra';
import { NAMES_OF_ALGORITHMS } from 'passfob/enrol/algorithms';
import type { Enrolment } from 'passfob/enrol/enrolment';
import type { ImportRow, ReadTools, SourceFile } from 'passfob/formats/base/row';
import { Work } from 'passfob/formats/base/work';
import type { FormatName } from 'passfob/formats/format-names';
import { readFiles } from 'passfob/formats/read';
import type { AlgorithmName } from '../../../base/kinds.ts';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { isChecked, parseSuite } from '../../../base/ocra-suite.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { Keys } from '../../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../../storage/encryption-at-rest/seal.ts';
import { type ImportDraft, type TokenItem, textOf, type UserSource } from './items.ts';

/**
 * Returns a row for every account in files of other programs: PSKC, tables, key URIs, exports of apps.
 *
 * @throws FobError `bad-input` for a file that cannot be read as a whole; no text holds a secret
 */
export async function draftsOfFiles(
  keys: Keys,
  files: readonly SourceFile[],
  tools: ReadTools,
  { userFrom, format }: { readonly userFrom: UserSource; readonly format?: FormatName },
): Promise<ImportDraft[]> {
  const rows = await readFiles(
    files,
    { ...tools, imagePixelsMax: administrationLimits.importImagePixelsMax },
    format,
  );
  const work = new Work();
  const drafts: ImportDraft[] = [];
  for (const row of rows) {
    drafts.push(draftOf(keys, row, userFrom));
    if (work.isDue) await work.pause();
  }
  return drafts;
}

function draftOf(keys: Keys, row: ImportRow, userFrom: UserSource): ImportDraft {
  const { place, issuer, label, outcome } = row;
  if (outcome.state !== 'ok') return { place, issuer, label, warnings: [], outcome };
  const { enrolment } = outcome;
  const { warnings } = enrolment;
  const suite = suiteOf(enrolment);
  if (enrolment.kind === KIND_OCRA && suite === undefined) {
    enrolment.secret.fill(0);
    const { ocra } = tokenTexts.imports;
    return { place, issuer, label, warnings, outcome: { state: 'skipped', reason: ocra, next: '' } };
  }
  const item = itemOf(keys, row, enrolment, userFrom, suite);
  enrolment.secret.fill(0);
  return { place, issuer, label, warnings, outcome: { state: 'ok', item } };
}

/**
 * Returns the suite that verifies answers; undefined for other kinds, and for suites that the service does not
 * support.
 */
function suiteOf({ suite }: Enrolment): string | undefined {
  const text = suite === undefined ? '' : ocraSuiteText(suite);
  return isChecked(parseSuite(text)) ? text : undefined;
}

function itemOf(
  keys: Keys,
  { serial, user }: ImportRow,
  enrolment: Enrolment,
  userFrom: UserSource,
  suite: string | undefined,
): TokenItem {
  const isHotp = enrolment.kind === KIND_HOTP;
  const secret = textOf(enrolment.secret);
  return {
    what: 'token',
    serial: serial ?? madeSerial(keys, secret),
    fob: null,
    user: userFrom === 'label' && user !== '' ? user : null,
    kind: suite === undefined ? (isHotp ? 'hotp' : 'totp') : 'ocra',
    algorithm: NAMES_OF_ALGORITHMS[enrolment.algorithm].toLowerCase() as AlgorithmName,
    alphabet: enrolment.alphabet,
    digits: enrolment.digits,
    period: isHotp || suite !== undefined ? null : enrolment.period,
    ...(suite !== undefined && { suite }),
    counter: enrolment.counter,
    issuer: enrolment.issuer,
    label: enrolment.label,
    secret,
  };
}

/**
 * Returns the serial number of a token whose file names none: derived from its seed under the service's key, so that
 * it reveals nothing, and the same file imported again is recognised.
 */
function madeSerial(keys: Keys, secret: string): string {
  const digest = Buffer.from(macOf(keys, 'serial', [secret]), 'base64url')
    .toString('hex')
    .toUpperCase();
  return `T-${digest.slice(0, tokenLimits.madeSerialChars)}`;
}
