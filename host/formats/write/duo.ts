import { KIND_TOTP } from '@passfob/protocol/account';
import { SHA1 } from '@passfob/protocol/primitives';
import { stringify } from 'csv-stringify/sync';
import { badInput } from '../../enrol/enrolment.ts';
import { cell, hex } from './cells.ts';
import { checkOrdinary } from './ordinary.ts';
import type { Token } from './token.ts';

/** @throws FobError `bad-input` for an account of none of Duo's types: HOTP and TOTP of 6 or 8 digits with SHA-1 */
export function checkDuo({ serial, enrolment }: Token): void {
  checkOrdinary(enrolment, 'Duo');
  const { kind, algorithm, digits, period } = enrolment;
  // The table has no column for the time step, and 30 seconds are Duo's default.
  const isTaken =
    algorithm === SHA1 && (digits === 6 || digits === 8) && (kind !== KIND_TOTP || period === 30);
  if (!isTaken) {
    throw badInput(
      'Duo takes accounts of 6 or 8 digits with SHA-1, and TOTP with a period of 30 seconds.',
      'Make the account with these settings.',
    );
  }
  cell('serial', serial);
}

/** Duo is told one type for a whole table. @throws FobError `bad-input` for several */
export function checkOneType(tokens: readonly Token[]): void {
  const types = new Set(
    tokens.map(({ enrolment: { kind, digits } }) => `${kind === KIND_TOTP ? 'TOTP' : 'HOTP'}-${digits}`),
  );
  if (types.size <= 1) return;
  throw badInput(
    `Duo imports one type of token at a time, and these accounts are of several: ${[...types].join(', ')}.`,
    'Write one file for each type: split the plan.',
  );
}

/** Writes what the field "CSV token data" of Duo takes: `serial,hexkey`, and for HOTP the counter. */
export function writeDuo(tokens: readonly Token[]): string {
  const lines = tokens.map(({ serial, enrolment: { kind, counter, secret } }) => [
    serial,
    hex(secret),
    ...(kind === KIND_TOTP ? [] : [String(counter)]),
  ]);
  return stringify(lines, { record_delimiter: 'unix' });
}
