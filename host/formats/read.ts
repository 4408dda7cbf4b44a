import { NAMES_OF_ALGORITHMS } from '../enrol/algorithms.ts';
import { badInput, type Enrolment } from '../enrol/enrolment.ts';
import { imageSize } from '../enrol/image-size.ts';
import { readQrTexts } from '../enrol/qr.ts';
import { isFobError } from '../errors.ts';
import { readAegis } from './apps/aegis.ts';
import { readAndOtp } from './apps/and-otp.ts';
import { readBitwarden } from './apps/bitwarden.ts';
import { readEnpass } from './apps/enpass.ts';
import { readFreeOtp } from './apps/free-otp.ts';
import { readKeePass } from './apps/keepass.ts';
import { readKeycloak } from './apps/keycloak.ts';
import { readAuthy, readDuoMobile, readLastPass, readRaivo, readTwoFAuth } from './apps/others.ts';
import { readProton } from './apps/proton.ts';
import { readStratum } from './apps/stratum.ts';
import { readTwoFas } from './apps/two-fas.ts';
import { FILE_BYTES_MAX, FILES_MAX } from './base/limits.ts';
import {
  checkRowCount,
  type ImportRow,
  type ReadAids,
  type ReadFormat,
  type ReadTools,
  type SourceFile,
  skipped,
  textOf,
} from './base/row.ts';
import { Work } from './base/work.ts';
import { detectFormat } from './detect.ts';
import type { FormatName } from './format-names.ts';
import { readPskc } from './pskc/read.ts';
import { readCsv } from './tables/csv.ts';
import { readOathUsers } from './tables/oath-users.ts';
import { type PlacedUri, placedUris, readUris } from './uris/list.ts';
import { readGraph, readOkta } from './vendors/requests.ts';
import { readSafeNet } from './vendors/safenet.ts';
import { readSafeWord } from './vendors/safeword.ts';

/**
 * Formats whose files are read one by one. Images and lists of URIs are read together, because an export may be in
 * several.
 */
const READERS: Readonly<Record<Exclude<FormatName, 'uri' | 'qr'>, ReadFormat>> = {
  pskc: readPskc,
  csv: readCsv,
  oath: readOathUsers,
  safenet: readSafeNet,
  safeword: readSafeWord,
  graph: readGraph,
  okta: readOkta,
  aegis: readAegis,
  '2fas': readTwoFas,
  '2fauth': readTwoFAuth,
  andotp: readAndOtp,
  authy: readAuthy,
  bitwarden: readBitwarden,
  duo: readDuoMobile,
  enpass: readEnpass,
  freeotp: readFreeOtp,
  keepass: readKeePass,
  keycloak: readKeycloak,
  lastpass: readLastPass,
  proton: readProton,
  raivo: readRaivo,
  stratum: readStratum,
};

/**
 * Reads every account of the files, in their order, each with whether a fob can hold it.
 * @param format of all of them; by default detected for each
 * @throws FobError `bad-input` for a file that cannot be read as a whole, `cancelled`; no text holds a secret
 */
export async function readFiles(
  files: readonly SourceFile[],
  tools: ReadTools,
  format?: FormatName,
): Promise<ImportRow[]> {
  if (files.length > FILES_MAX)
    throw badInput(`More than ${FILES_MAX} files are named.`, 'Import some at a time.');
  const aids: ReadAids = { ...tools, work: new Work(tools.signal) };
  const rows: ImportRow[] = [];
  const uris: PlacedUri[] = [];
  for (const file of files) {
    const prefix = files.length === 1 ? '' : `${file.name}, `;
    const read = await named(prefix, () => readFile(file, aids, format));
    for (const { place, uri } of read.uris) uris.push({ place: `${prefix}${place}`, uri });
    for (const row of read.rows) rows.push({ ...row, place: `${prefix}${row.place}` });
    checkRowCount(rows.length + uris.length);
  }
  const all = [...(await readUris(uris, aids.work)), ...rows];
  checkRowCount(all.length);
  return withoutRepeated(all);
}

async function readFile(file: SourceFile, aids: ReadAids, of?: FormatName): Promise<Read> {
  if (file.bytes.length > FILE_BYTES_MAX) throw badInput('The file is too big.', 'Split it.');
  await aids.work.pause();
  const format = of ?? detectFormat(file);
  const read = await readAs(format, file, aids);
  if (read.uris.length + read.rows.length > 0) return read;
  throw badInput('There is no account in the file.', 'Check that it is the whole export.');
}

async function readAs(format: FormatName, file: SourceFile, aids: ReadAids): Promise<Read> {
  if (format === 'uri') return { uris: placedUris(textOf(file)), rows: [] };
  if (format !== 'qr') return { uris: [], rows: await READERS[format](file, aids) };
  const { width, height } = imageSize(file.bytes) ?? { width: 0, height: 0 };
  aids.work.takePixels(width * height);
  const codes = await readQrTexts(file.bytes, { pixelsMax: aids.imagePixelsMax, signal: aids.signal });
  return { uris: codes.map((uri, at) => ({ place: `code ${at + 1}`, uri })), rows: [] };
}

interface Read {
  readonly uris: readonly PlacedUri[];
  readonly rows: readonly ImportRow[];
}

/** Adds the file's name to errors if there are several files. */
async function named<T>(prefix: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (prefix === '' || !isFobError(error, 'bad-input')) throw error;
    throw badInput(`${prefix}${error.message}`, error.next);
  }
}

/** A repeated account would appear twice in the fob's list. */
function withoutRepeated(rows: readonly ImportRow[]): ImportRow[] {
  const seen = new Map<string, string>();
  return rows.map(row => {
    if (row.outcome.state !== 'ok') return row;
    const mark = markOf(row.outcome.enrolment);
    const before = seen.get(mark);
    if (before !== undefined) return skipped(row.place, row, `The same account stands at ${before}.`);
    seen.set(mark, row.place);
    return row;
  });
}

function markOf(enrolment: Enrolment): string {
  const { kind, algorithm, digits, alphabet, period, issuer, label, secret } = enrolment;
  const key = Buffer.from(secret).toString('base64');
  return JSON.stringify([kind, NAMES_OF_ALGORITHMS[algorithm], digits, alphabet, period, issuer, label, key]);
}
