import { bech32m } from '@scure/base';
import { FobError } from '../errors.ts';
import {
  CODE_BYTES,
  FINGERPRINT_BYTES,
  GROUP_CHARS,
  HOST_CHARS_MAX,
  STRING_CHARS_MAX,
  TYPED_CHARS_MAX,
} from './limits.ts';

/** The content of an activation string. It holds no seed, and is worthless without the fob or once it is used. */
export interface Activation {
  /** Origin of the service: `https://tokens.example.org`, or `http://` with a loopback address. */
  readonly service: string;
  /** The one-time code, 16 bytes. A secret until it is used. */
  readonly code: Uint8Array;
  /** The first 16 bytes of the SHA-256 of the service's identity key (Ed25519). */
  readonly fingerprint: Uint8Array;
}

/** The human-readable part (BIP-173). */
const PREFIX = 'pf';
/** First byte: version 0 in the high bits, the scheme in the lowest. */
const HTTPS = 0;
const HTTP = 1;

const headBytes = 1 + CODE_BYTES + FINGERPRINT_BYTES;

/**
 * Encodes an activation as bech32m (BIP-350), lower case, without separators.
 * @throws FobError `bad-input` for an invalid address
 */
export function activationString({ service, code, fingerprint }: Activation): string {
  const { scheme, host } = partsOf(service);
  const bytes = new Uint8Array(headBytes + host.length);
  bytes[0] = scheme;
  bytes.set(code, 1);
  bytes.set(fingerprint, 1 + CODE_BYTES);
  bytes.set(new TextEncoder().encode(host), headBytes);
  return bech32m.encode(PREFIX, bech32m.toWords(bytes), STRING_CHARS_MAX);
}

/** Splits the string into groups, for reading aloud and typing. */
export function inGroups(string: string): string {
  return string.match(new RegExp(`.{1,${GROUP_CHARS}}`, 'g'))?.join(' ') ?? '';
}

/**
 * Reads a string as a person enters it: any case, with spaces, dashes, line breaks and invisible characters anywhere,
 * bare or after the `#` of a link.
 * @throws FobError `bad-input` for a wrong, missing or extra character, another version, or a hostile address
 */
export function readActivationString(typed: string): Activation {
  const text = typed.length > TYPED_CHARS_MAX ? '' : bare(typed);
  const decoded = text.startsWith(`${PREFIX}1`) ? bech32m.decodeUnsafe(text, STRING_CHARS_MAX) : undefined;
  const bytes = decoded && bech32m.fromWordsUnsafe(decoded.words);
  if (!bytes || decoded.prefix !== PREFIX || bytes.length <= headBytes) throw badString();
  const [scheme] = bytes;
  if (scheme !== HTTPS && scheme !== HTTP) throw otherVersion();
  const host = Array.from(bytes.subarray(headBytes), byte => String.fromCharCode(byte)).join('');
  const service = `${scheme === HTTPS ? 'https' : 'http'}://${host}`;
  partsOf(service);
  const end = 1 + CODE_BYTES;
  return { service, code: bytes.slice(1, end), fingerprint: bytes.slice(end, headBytes) };
}

/** All characters that mail programs and people insert. */
const BETWEEN = /[\s\p{Dash}\p{Cf}]/gu;

function bare(typed: string): string {
  const from = typed.lastIndexOf('#') + 1;
  return typed.slice(from).replace(BETWEEN, '').toLowerCase();
}

/**
 * Splits the address. Anybody may have made the string, so only an origin in the browser's canonical form is
 * accepted.
 */
function partsOf(service: string): { readonly scheme: number; readonly host: string } {
  const url = URL.canParse(service) ? new URL(service) : undefined;
  const isPlain = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url?.origin !== service || (url.protocol !== 'https:' && !isPlain) || url.host.length > HOST_CHARS_MAX)
    throw new FobError('bad-input', {
      sentence: 'The activation string does not hold a valid address of a service.',
      next: 'Ask your administrator for a new one.',
    });
  return { scheme: isPlain ? HTTP : HTTPS, host: url.host };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function badString(): FobError {
  return new FobError('bad-input', {
    sentence: 'This is not a whole activation string: a character is wrong, missing or extra.',
    next: 'Copy it again, from "pf1" to its end.',
  });
}

function otherVersion(): FobError {
  return new FobError('bad-input', {
    sentence: 'The activation string is of a later version.',
    next: 'Update passfob, then try again.',
  });
}
