import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import { hostPrimitives } from 'passfob/client/primitives';
import { secret } from '../../kit/secrets.ts';

const folder = fileURLToPath(new URL('../../fixtures/before/', import.meta.url));

/** A token of the service as it was added. secret: hexadecimal. */
export interface TokenFacts {
  readonly user: string;
  readonly serial: string;
  readonly kind: 'totp' | 'hotp' | 'ocra';
  readonly secret: string;
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly alphabet?: 'hex' | 'base32';
  readonly digits?: number;
  readonly period?: number;
  readonly suite?: string;
}

/** A fob of the inventory. The seeds of its accounts `ada`, `bob` and `bank`: hexadecimal. */
export interface BoardFacts {
  readonly serial: string;
  readonly pin?: string;
  readonly totp: string;
  readonly hotp: string;
  readonly ocra?: string;
}

export type Board = 'pico' | 'pico-hid' | 'banglejs2' | 'bench';

interface Facts {
  readonly commit: string;
  readonly inventory: { readonly password: string; readonly boards: Readonly<Record<Board, BoardFacts>> };
  readonly service: {
    readonly madeMs: number;
    readonly url: string;
    readonly fingerprint: string;
    readonly apiKey: string;
    readonly adminKey: string;
    readonly vpnKey: string;
    readonly deskKey: string;
    readonly password: string;
    readonly pin: string;
    readonly radiusSecret: string;
    readonly activation: string;
    readonly fob: string;
    readonly fobToken: string;
    readonly spent: { readonly totp: string; readonly hotp: string };
    readonly tokens: Readonly<
      Record<'totp' | 'hotp' | 'ocra' | 'hex' | 'base32' | 'revoked' | 'suspended', TokenFacts>
    >;
  };
}

/** What the fixtures hold (`test/fixtures/before/README.md`). Its secrets are recorded for the search of what tests print. */
export const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as Facts;

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

const { service, inventory } = facts;
const { apiKey, adminKey, vpnKey, deskKey, password, pin, radiusSecret, activation } = service;
for (const text of [apiKey, adminKey, vpnKey, deskKey, password, pin, radiusSecret, activation]) secret(text);
for (const token of Object.values(service.tokens)) secret(bytesOf(token.secret));
secret(inventory.password);
for (const board of Object.values(inventory.boards)) {
  if (board.pin !== undefined) secret(board.pin);
  for (const seed of [board.totp, board.hotp, board.ocra]) if (seed) secret(bytesOf(seed));
}
for (const name of ['service.key', 'inventory.key'])
  for (const key of readFileSync(join(folder, name), 'utf8').match(/[\w+/=]{40,}/g) ?? []) secret(key);

/** The bytes of a fixture, unpacked. @param name without `.gz` */
export function fixture(name: string): Uint8Array {
  const packed = /\.(?:db|fob)$/.test(name);
  const bytes = readFileSync(join(folder, packed ? `${name}.gz` : name));
  return packed ? gunzipSync(bytes) : bytes;
}

/** Copies fixtures into a new folder that only its owner may read: programs require that of their keys. */
export function unpack(into: string, ...names: string[]): void {
  mkdirSync(into, { recursive: true, mode: 0o700 });
  for (const name of names) writeFileSync(join(into, name), fixture(name), { mode: 0o600 });
}

const ALPHABETS = { decimal: 0, hex: 1, base32: 2 } as const;
const HASHES = { sha1: SHA1, sha256: SHA256, sha512: SHA512 } as const;

/** Returns the passcode of a token for a counter or a time step, as a fob shows it. */
export function passcodeOf(
  { secret: seed, algorithm = 'sha1', alphabet, digits = 6 }: Omit<TokenFacts, 'user' | 'serial' | 'kind'>,
  counter: number,
): string {
  const mac = new Hmac(hostPrimitives, HASHES[algorithm], bytesOf(seed));
  return secret(hotp(mac, counter, digits, ALPHABETS[alphabet ?? 'decimal']));
}

/** Returns the passcode of a TOTP token at a moment. */
export function passcodeAt(token: TokenFacts, nowMs: number): string {
  return passcodeOf(token, Math.floor(nowMs / 1000 / (token.period ?? 30)));
}

/** Returns another decimal passcode of the same length. */
export const otherThan = (passcode: string) => `${(Number(passcode.charAt(0)) + 1) % 10}${passcode.slice(1)}`;
