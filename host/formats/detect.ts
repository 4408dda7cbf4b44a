import { badInput } from '../enrol/enrolment.ts';
import { imageSize } from '../enrol/image-size.ts';
import { shellWord } from '../errors.ts';
import { isEncryptedAndOtp } from './apps/and-otp.ts';
import { isObject, parseJsonValue } from './apps/json.ts';
import { isEncryptedStratum } from './apps/stratum.ts';
import { closed, closedKind } from './base/closed.ts';
import { HEAD_BYTES_MAX, LINES_BEFORE_HEADER_MAX } from './base/limits.ts';
import { lookUp } from './base/look-up.ts';
import { isText, linesOf, type SourceFile, textOf } from './base/row.ts';
import { FORMAT_NAMES, type FormatName } from './format-names.ts';
import { OATH_TYPE } from './tables/oath-users.ts';
import { isSafeWordLine } from './vendors/safeword.ts';

/**
 * Detects the format of a file from its content.
 * @throws FobError `bad-input` for an unknown format, with a description of the file that quotes nothing of it
 */
export function detectFormat(file: SourceFile): FormatName {
  if (imageSize(file.bytes) !== undefined) return 'qr';
  if (isEncryptedStratum(file)) return 'stratum';
  if (!isText(file) && isEncryptedAndOtp(file)) return 'andotp';
  const text = textOf(file)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('<')) return detectXml(text, file);
  if (text.startsWith('{') || text.startsWith('[')) return detectJson(text, file);
  const [first] = linesOf(text);
  if (first === undefined)
    throw badInput('The file is empty, or holds nothing but comments.', 'Name a file that holds accounts.');
  return detectLines(first.text, text, file);
}

function detectLines(line: string, text: string, file: SourceFile): FormatName {
  if (/^(?:otpauth|otpauth-migration|steam):/i.test(line)) return 'uri';
  if (OATH_TYPE.test(line.split(/\s/, 1)[0] ?? '')) return 'oath';
  if (isSafeWordLine(line)) return 'safeword';
  const known = closedKind(file);
  if (known !== undefined) throw known;
  if (SPACED.test(line) || headOf(text).some(other => /[,;\t]/.test(other))) return 'csv';
  throw unknown(text, 'lines of text', file);
}

/** Returns the first lines: titles may stand above the names of the columns. */
function headOf(text: string): string[] {
  const lines: string[] = [];
  for (const { text: line } of linesOf(text)) {
    if (lines.push(line) >= LINES_BEFORE_HEADER_MAX) break;
  }
  return lines;
}

/** A serial number, a seed and perhaps a number, with spaces between them, as makers of tokens write them. */
const SPACED = /^[\w.-]{1,64} +(?:[0-9a-f]{20,256}|[a-z2-7]{16,208}=*)(?: +\d{1,10})?$/i;

const XML_ROOTS: Readonly<Record<string, FormatName>> = {
  KeyContainer: 'pskc',
  SecretContainer: 'pskc',
  Tokens: 'safenet',
  KeePassFile: 'keepass',
};

function detectXml(text: string, file: SourceFile): FormatName {
  const head = text.slice(0, HEAD_BYTES_MAX);
  // A DTD or a comment may hold names in angle brackets; a document with a DTD is refused by its reader.
  const root = /<(?:[\w.-]+:)?([A-Za-z]\w*)/.exec(head.replace(/<!--(?:[^-]|-(?!-))*-->/g, ''))?.[1] ?? '';
  const format = lookUp(XML_ROOTS, root);
  if (format !== undefined) return format;
  if (root === 'map') return detectSettings(text, file);
  if (/^(?:html|head|body)$/i.test(root)) {
    throw closed('a web page', 'Save the QR codes in it as PNG images, or export in another format.');
  }
  if (root === 'WinAuth') {
    throw closed('the settings of WinAuth', 'Export it from WinAuth as text: right-click, "Export…".');
  }
  if (root === 'TKNBatch' || root === 'TKNHeader') {
    throw closed('a seed file of RSA SecurID', 'A fob makes no SecurID passcodes: use OATH tokens instead.');
  }
  throw unknown(text, 'XML', file);
}

/** Settings of Android apps have one form; what they hold tells the app. */
function detectSettings(text: string, file: SourceFile): FormatName {
  const head = text.slice(0, HEAD_BYTES_MAX);
  if (head.includes('com.authy')) {
    throw closed('the settings of Authy', 'Authy exports nothing: enrol its accounts anew at each service.');
  }
  if (head.includes('com.blizzard')) {
    throw closed('the settings of Battle.net', 'Keep the account in its app, which has rules of its own.');
  }
  if (head.includes('issuerExt') || head.includes('tokenOrder')) return 'freeotp';
  throw unknown(text, 'settings of an Android app', file);
}

function detectJson(text: string, file: SourceFile): FormatName {
  const value = parseJsonValue(text);
  const format = Array.isArray(value) ? formatOfEntries(value) : isObject(value) && formatOf(value);
  if (format) return format;
  throw unknown(text, 'JSON', file);
}

function formatOf(json: Readonly<Record<string, unknown>>): FormatName | undefined {
  if ('db' in json && 'header' in json) return 'aegis';
  if ('services' in json || 'servicesEncrypted' in json) return '2fas';
  if ('kdfParams' in json && 'encryptedData' in json) {
    throw closed('an encrypted export of Ente Auth', 'Export it from Ente Auth as plain text.');
  }
  if ('shared_secret' in json || isObject(json.accounts)) {
    throw closed('the secrets of a Steam account', 'Keep it in the app of Steam: no fob has its alphabet.');
  }
  if ('items' in json || 'passwordProtected' in json || 'encrypted' in json) {
    return 'vaults' in json ? 'proton' : 'bitwarden';
  }
  if ('tokens' in json) return 'freeotp';
  if ('Authenticators' in json) return 'stratum';
  if ('vaults' in json || ('salt' in json && 'content' in json)) return 'proton';
  if (isObject(firstOf(json.entries)?.content)) return 'proton';
  return 'issuerName' in (firstOf(json.accounts) ?? {}) ? 'lastpass' : undefined;
}

/** Returns the first entry of a list. */
function firstOf(list: unknown): Readonly<Record<string, unknown>> | undefined {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return isObject(first) ? first : undefined;
}

function formatOfEntries([first]: readonly unknown[]): FormatName | undefined {
  if (!isObject(first)) return undefined;
  if ('otpGenerator' in first) return 'duo';
  if ('kind' in first && 'timer' in first) return 'raivo';
  return 'secret' in first && 'label' in first ? 'andotp' : undefined;
}

/** @param looks like, after "looks like" */
function unknown(text: string, looks: string, file: SourceFile): Error {
  const known = closedKind(file);
  if (known !== undefined) return known;
  const { length } = file.bytes;
  const secret = secretOf(text);
  return badInput(
    `The format of the file is not known: ${length} ${length === 1 ? 'byte' : 'bytes'}, which look like ${secret ?? lookOf(text) ?? looks}.`,
    secret === undefined
      ? `Say which it is with --format: ${FORMAT_NAMES.join(', ')}.`
      : `Run: passfob enroll --secret - --label NAME < ${shellWord(file.path ?? file.name)}`,
  );
}

/** A bare secret is the likeliest unknown text. */
function secretOf(text: string): string | undefined {
  const body = text.slice(0, HEAD_BYTES_MAX).trim();
  if (/^[A-Za-z2-7\s-]{16,256}=*$/.test(body) && !/[a-z]{3,} [a-z]/.test(body)) return 'one secret in Base32';
  return /^[0-9a-f\s]{20,256}$/i.test(body) ? 'one secret in hexadecimal' : undefined;
}

function lookOf(text: string): string | undefined {
  const body = text.slice(0, HEAD_BYTES_MAX).trim();
  return /^[A-Za-z0-9+/_\s-]{64,}={0,2}$/.test(body) && !/\w \w/.test(body)
    ? 'Base64, probably encrypted'
    : undefined;
}
