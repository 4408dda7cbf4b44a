import { badInput } from '../enrol/enrolment.ts';
import { imageSize } from '../enrol/image-size.ts';
import { shellWord } from '../errors.ts';
import { isEncryptedAndOtp } from './apps/and-otp.ts';
import { isObject, parseJsonValue, textIn } from './apps/json.ts';
import { isEncryptedStratum } from './apps/stratum.ts';
import { closed, closedKind } from './base/closed.ts';
import { documentLook, MARKDOWN, notAccounts } from './base/documents.ts';
import { HEAD_BYTES_MAX, LINES_BEFORE_HEADER_MAX } from './base/limits.ts';
import { lookUp } from './base/look-up.ts';
import { isText, linesOf, type SourceFile, textOf } from './base/row.ts';
import type { FormatName } from './format-names.ts';
import { isOathUsersLine } from './tables/oath-users.ts';
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
  if (JSON_START.test(text)) return detectJson(text, file);
  const [first] = linesOf(text);
  if (first === undefined)
    throw badInput('The file is empty, or holds nothing but comments.', 'Name a file that holds accounts.');
  return detectLines(first.text, text, file);
}

/** Settings, logs, Markdown and source code may begin with a bracket, too. */
const JSON_START = /^(?:\{\s*(?:["}]|$)|\[\s*(?:["{[\]]|$|\d+\s*[,\]]))/;

function detectLines(line: string, text: string, file: SourceFile): FormatName {
  if (/^(?:otpauth|otpauth-migration|steam):/i.test(line)) return 'uri';
  if (isOathUsersLine(line)) return 'oath';
  if (isSafeWordLine(line)) return 'safeword';
  const known = closedKind(file);
  if (known !== undefined) throw known;
  if (SPACED.test(line) || headOf(text).some(other => /[,;\t]/.test(other))) return 'csv';
  throw unknown(text, file);
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
  if (text.startsWith('<?php')) throw notAccounts(file, 'source code');
  const head = text.slice(0, HEAD_BYTES_MAX);
  // A DTD or a comment may hold names in angle brackets; a document with a DTD is refused by its reader.
  const root = /<(?:[\w.-]+:)?([A-Za-z]\w*)/.exec(head.replace(/<!--(?:[^-]|-(?!-))*-->/g, ''))?.[1] ?? '';
  const format = lookUp(XML_ROOTS, root);
  if (format !== undefined) return format;
  if (root === 'map') return detectSettings(text, file);
  if (/^svg$/i.test(root)) throw closed('an SVG image', 'Save it as a PNG image.');
  const look = documentLook(text) === MARKDOWN ? MARKDOWN : 'XML';
  if (PAGE_PARTS.test(root) && look !== MARKDOWN) {
    throw closed('a web page', 'Save the QR codes in it as PNG images, or export in another format.');
  }
  if (root === 'WinAuth') {
    throw closed('the settings of WinAuth', 'Export it from WinAuth as text: right-click, "Export…".');
  }
  if (root === 'TKNBatch' || root === 'TKNHeader') {
    throw closed('a seed file of RSA SecurID', 'A fob makes no SecurID passcodes: use OATH tokens instead.');
  }
  throw closedKind(file) ?? notAccounts(file, look);
}

/** Elements with which a web page begins; Markdown may begin with some of them, too. */
const PAGE_PARTS =
  /^(?:html|head|body|meta|title|script|style|div|p|h[1-6]|a|img|picture|table|center|br|ul|span)$/i;

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
  throw notAccounts(file, 'settings of an Android app');
}

function detectJson(text: string, file: SourceFile): FormatName {
  const value = jsonIn(text, file);
  const format = Array.isArray(value) ? formatOfEntries(value) : isObject(value) && formatOf(value);
  if (format) return format;
  throw closedKind(file) ?? notAccounts(file, 'JSON');
}

/** @throws FobError `bad-input` as `parseJsonValue`; another one for a log whose lines are JSON each */
function jsonIn(text: string, file: SourceFile): unknown {
  try {
    return parseJsonValue(text);
  } catch (error) {
    const [line = '', ...others] = text.slice(0, HEAD_BYTES_MAX).split(/\r?\n/);
    const isLog = others.length > 0 && /^\{.*\}$/.test(line) && others[0]?.startsWith('{');
    throw isLog ? notAccounts(file, 'lines of JSON, such as a log') : error;
  }
}

function formatOf(json: Readonly<Record<string, unknown>>): FormatName | undefined {
  if ('db' in json && 'header' in json) return 'aegis';
  if ('servicesEncrypted' in json || holds(json.services, 'otp', 'secret')) return '2fas';
  if ('kdfParams' in json && 'encryptedData' in json) {
    throw closed('an encrypted export of Ente Auth', 'Export it from Ente Auth as plain text.');
  }
  const accounts = isObject(json.accounts) ? Object.values(json.accounts) : [];
  if ([json, ...accounts].some(one => isObject(one) && 'shared_secret' in one)) {
    throw closed('the secrets of a Steam account', 'Keep it in the app of Steam: no fob has its alphabet.');
  }
  if (textIn(json, 'app').startsWith('2fauth')) return '2fauth';
  if ('decrypted_authenticator_tokens' in json) return 'authy';
  if ('authenticator_tokens' in json) {
    throw closed('a list of encrypted tokens of Authy', 'Decrypt it with the program that fetched it.');
  }
  if (holds(json.items, 'template_type')) return 'enpass';
  if ('realm' in json && Array.isArray(json.users)) return 'keycloak';
  if (holds(json.value, 'secretKey')) return 'graph';
  if ('factorProfile' in json) return 'okta';
  if (holds(json.items, 'login') || 'passwordProtected' in json || 'encrypted' in json) {
    return 'vaults' in json ? 'proton' : 'bitwarden';
  }
  if (holds(json.tokens, 'secret', 'algo')) return 'freeotp';
  if ('Authenticators' in json) return 'stratum';
  if ('vaults' in json || ('salt' in json && 'content' in json)) return 'proton';
  if (isObject(firstOf(json.entries)?.content)) return 'proton';
  return 'issuerName' in (firstOf(json.accounts) ?? {}) ? 'lastpass' : undefined;
}

/** Whether this is a list whose first entry, if there is one, has one of these fields. */
function holds(list: unknown, ...fields: readonly string[]): boolean {
  if (!Array.isArray(list)) return false;
  const first: unknown = list[0];
  return first === undefined || (isObject(first) && fields.some(field => field in first));
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

function unknown(text: string, file: SourceFile): Error {
  const secret = secretOf(text);
  if (secret === undefined) return notAccounts(file, lookOf(text) ?? 'text');
  const where = shellWord(file.path ?? file.name);
  return notAccounts(file, secret, `Run: passfob enroll --secret - --label NAME < ${where}`);
}

/** A bare secret is the likeliest unknown text; it stands on one line. */
function secretOf(text: string): string | undefined {
  const body = text.slice(0, HEAD_BYTES_MAX).trim();
  if (/[\r\n]/.test(body)) return undefined;
  if (/^[A-Za-z2-7\s-]{16,256}=*$/.test(body) && !/[a-z]{3,} [a-z]/.test(body)) return 'one secret in Base32';
  return /^[0-9a-f\s]{20,256}$/i.test(body) ? 'one secret in hexadecimal' : undefined;
}

function lookOf(text: string): string | undefined {
  const body = text.slice(0, HEAD_BYTES_MAX).trim();
  if (/^[A-Za-z0-9+/_\s-]{64,}={0,2}$/.test(body) && !/\w \w/.test(body)) return 'Base64, probably encrypted';
  return documentLook(text);
}
