import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import type { OcraSuite } from '@passfob/protocol/ocra';
import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import type { AlphabetName } from '../enrol/alphabets.ts';
import { readBareSecret } from '../enrol/bare-secret.ts';
import { checkEnrolment, type Enrolment } from '../enrol/enrolment.ts';
import { parseOtpauth } from '../enrol/otpauth.ts';
import { readQrImage } from '../enrol/qr.ts';
import type { SecretEncoding } from '../enrol/secret-encodings.ts';
import { freshSeed } from '../enrol/seed.ts';
import { IMAGE_BYTES_MAX, URI_BYTES_MAX } from '../limits.ts';
import { readWhole } from '../read-whole.ts';

/** The source of the account to enrol. */
export type EnrolSource =
  | { readonly from: 'stdin'; readonly form?: Form | undefined }
  | { readonly from: 'uri-file' | 'qr'; readonly path: string; readonly form?: Form | undefined }
  | {
      readonly from: 'secret';
      /** Default: what the text itself shows. */
      readonly encoding?: SecretEncoding | undefined;
      /** Next counter; HOTP only. */
      readonly counter: number;
      readonly settings: EnrolSettings;
    }
  | ({ readonly from: 'generate' } & EnrolSettings)
  | {
      readonly from: 'generate-ocra';
      readonly suite: OcraSuite;
      readonly issuer: string;
      readonly label: string;
    };

/** What a key URI says of an account beside its secret. */
export interface EnrolSettings {
  readonly kind: keyof typeof KINDS;
  readonly algorithm: keyof typeof ALGORITHMS;
  /** Characters of a passcode. */
  readonly digits: number;
  readonly alphabet: AlphabetName;
  /** Seconds; TOTP only. */
  readonly period: number;
  readonly issuer: string;
  readonly label: string;
}

/** The form of the passcodes, if the URI does not contain it. */
export interface Form {
  readonly alphabet: AlphabetName;
  /** Characters of a passcode. */
  readonly digits: number;
}

const KINDS = { totp: KIND_TOTP, hotp: KIND_HOTP } as const;
const ALGORITHMS = { sha1: SHA1, sha256: SHA256, sha512: SHA512 } as const;

/** Tools for reading a source. */
export interface SourceTools {
  /** @param message asks a person at a terminal */
  readonly standardInput: (message: string) => Promise<string>;
  readonly random: (length: number) => Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the account from a source.
 * @throws FobError `bad-input`, `cancelled`; no text of it contains the secret or the URI
 */
export async function readEnrolment(source: EnrolSource, tools: SourceTools): Promise<Enrolment> {
  const { signal } = tools;
  switch (source.from) {
    case 'stdin':
      return formed(await tools.standardInput('Key URI (not shown):'), source.form);
    case 'secret':
      return withSecret(await tools.standardInput('Secret (not shown):'), source);
    case 'uri-file':
      return formed(
        Buffer.from(await readWhole(source.path, URI_BYTES_MAX, signal)).toString('utf8'),
        source.form,
      );
    case 'qr':
      return formed(
        await readQrImage(await readWhole(source.path, IMAGE_BYTES_MAX, signal), { signal }),
        source.form,
      );
    case 'generate-ocra':
      return freshSeed(source, tools.random);
    case 'generate': {
      const { kind, algorithm, ...rest } = source;
      return freshSeed({ ...rest, kind: KINDS[kind], algorithm: ALGORITHMS[algorithm] }, tools.random);
    }
  }
}

function formed(uri: string, form: Form | undefined): Enrolment {
  const enrolment = parseOtpauth(uri);
  return form === undefined ? enrolment : checkEnrolment({ ...enrolment, ...form });
}

function withSecret(
  text: string,
  { encoding, counter, settings }: Extract<EnrolSource, { readonly from: 'secret' }>,
): Enrolment {
  const { kind, algorithm, period, ...rest } = settings;
  const isTimed = kind === 'totp';
  const { secret, warnings } = readBareSecret(text, encoding);
  return checkEnrolment({
    ...rest,
    kind: KINDS[kind],
    algorithm: ALGORITHMS[algorithm],
    period: isTimed ? period : 0,
    counter: isTimed ? 0 : counter,
    secret,
    warnings,
  });
}
