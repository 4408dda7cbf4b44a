import { badInput } from '../../enrol/enrolment.ts';
import { HEAD_BYTES_MAX } from './limits.ts';

/** Files that passfob does not read, by their first bytes: what each is, and how its accounts leave it. */
interface Closed {
  /** As bytes of Latin-1. */
  readonly begins: string;
  /** Text that must stand in the first bytes, too. */
  readonly holds?: string;
  /** After "The file is". */
  readonly kind: string;
  readonly next: string;
}

const AS_IMAGE = 'Save it as a PNG or JPEG image.';

/** In this order: kinds that share their first bytes begin with the narrower one. */
const CLOSED: readonly Closed[] = [
  {
    begins: '\u0003\u00d9\u00a2\u009a',
    kind: 'a KeePass database (.kdbx, .kdb)',
    next: 'Export it from KeePassXC as CSV, or from KeePass as "KeePass XML (2.x)".',
  },
  {
    begins: 'PK\u0003\u0004',
    holds: 'export.data',
    kind: 'a 1Password export (.1pux)',
    next: 'Export it from 1Password as CSV.',
  },
  {
    begins: 'PK\u0003\u0004',
    holds: 'Proton Pass/',
    kind: 'an export of Proton Pass as a ZIP archive',
    next: 'Unpack it, and name the file data.json in it; or export it as CSV.',
  },
  {
    begins: 'PK\u0003\u0004',
    holds: 'raivo-otp',
    kind: 'an export of Raivo as a ZIP archive',
    next: 'Unpack it with its password, and name the file raivo-otp-export.json in it.',
  },
  {
    begins: 'PK\u0003\u0004',
    kind: 'a ZIP archive, or a spreadsheet such as .xlsx',
    next: 'Unpack it, or save the table as CSV. Exports of WinAuth have a text file inside.',
  },
  {
    begins: '\u00ac\u00ed\u0000\u0005',
    holds: 'java.util.HashMap',
    kind: 'a backup of FreeOTP 2, which is encrypted for FreeOTP',
    next: 'Restore it in Aegis (import from FreeOTP), and export from there.',
  },
  {
    begins: '\u00d0\u00cf\u0011\u00e0',
    kind: 'a document of Office, such as .xls',
    next: 'Save the table as CSV.',
  },
  { begins: '%PDF', kind: 'a PDF', next: 'Save the QR codes in it as PNG images.' },
  {
    begins: 'SQLite format 3',
    holds: 'accounts',
    kind: 'the database of an app, such as Google Authenticator or Microsoft Authenticator',
    next: 'Use "Transfer accounts" of Google Authenticator and save its QR codes as images. Microsoft Authenticator exports nothing: enrol its accounts anew.',
  },
  {
    begins: 'SQLite format 3',
    kind: 'a database (SQLite)',
    next: 'Use the export of the program that it belongs to.',
  },
  { begins: '\u001f\u008b', kind: 'compressed by gzip', next: 'Unpack it first: gunzip FILE' },
  { begins: 'BZh', kind: 'compressed by bzip2', next: 'Unpack it first: bunzip2 FILE' },
  { begins: '\u00fd7zXZ', kind: 'compressed by xz', next: 'Unpack it first: unxz FILE' },
  { begins: '7z\u00bc\u00af', kind: 'a 7z archive', next: 'Unpack it first.' },
  { begins: 'Rar!', kind: 'a RAR archive', next: 'Unpack it first.' },
  { begins: 'GIF8', kind: 'a GIF image', next: AS_IMAGE },
  { begins: 'RIFF', holds: 'WEBP', kind: 'a WebP image', next: AS_IMAGE },
  { begins: 'BM', holds: '\u0000\u0000\u0000\u0000', kind: 'a BMP image', next: AS_IMAGE },
  { begins: '\u0000\u0000\u0000', holds: 'ftyphei', kind: 'a HEIC photograph', next: AS_IMAGE },
  {
    begins: '-----BEGIN PGP MESSAGE',
    kind: 'encrypted with PGP',
    next: 'Decrypt it first: gpg --decrypt FILE',
  },
  { begins: '\u0085\u0001', kind: 'encrypted with PGP', next: 'Decrypt it first: gpg --decrypt FILE' },
  { begins: '\u0085\u0002', kind: 'encrypted with PGP', next: 'Decrypt it first: gpg --decrypt FILE' },
  {
    begins: 'Salted__',
    kind: 'encrypted with OpenSSL',
    next: 'Decrypt it first, with the command that encrypted it.',
  },
  {
    begins: '-----BEGIN ',
    kind: 'a key or a certificate in PEM',
    next: 'Name the file with the seeds of the tokens.',
  },
];

/** Files of vendors whose content nothing but their server reads, by the ends of their names. */
const VENDORS: readonly (readonly [ending: string, kind: string, next: string])[] = [
  [
    '.ftk',
    'a FortiToken activation file, which only FortiGate and FortiAuthenticator open',
    'Ask Fortinet for the seeds in the format for Duo or Azure.',
  ],
  [
    '.dpx',
    'a DIGIPASS file (DPX), which only servers of OneSpan open',
    'Ask its maker for the seeds as PSKC, if the tokens make OATH passcodes.',
  ],
];

/** Returns an error that names the kind of a file that passfob does not read; undefined for other files. */
export function closedKind({
  name,
  bytes,
}: {
  readonly name: string;
  readonly bytes: Uint8Array;
}): Error | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES_MAX)).toString('latin1');
  const known = CLOSED.find(({ begins, holds }) => head.startsWith(begins) && head.includes(holds ?? ''));
  if (known !== undefined) return closed(known.kind, known.next);
  const vendor = VENDORS.find(([ending]) => name.toLowerCase().endsWith(ending));
  return vendor === undefined ? undefined : closed(vendor[1], vendor[2]);
}

/** @param kind after "The file is" */
export function closed(kind: string, next: string): Error {
  return badInput(`The file is ${kind}.`, next);
}
