import { createHash } from 'node:crypto';
import type { Enrolment } from '../../enrol/enrolment.ts';

/** One account of one fob, as exported to a server. */
export interface Token {
  /** The token's serial number at the server: different for any two accounts. */
  readonly serial: string;
  /** The fob's serial, as on its screen. */
  readonly device: string;
  /** The board. */
  readonly model: string;
  readonly user: TokenUser;
  readonly enrolment: Enrolment;
}

/** The user as the server knows it. */
export interface TokenUser {
  /** The name for logging in. */
  readonly name: string;
  /** The user principal name of Entra ID. */
  readonly upn: string;
}

export const MANUFACTURER = 'Passfob';
const MARK_LENGTH = 6;

/**
 * Makes a token. Its serial number contains the fob's serial and the account's names: a fob may hold several
 * accounts, and servers treat a second file with the same serial as a new key of the first. The same account enrolled
 * again has the same serial, and replaces the old one.
 * @param user by default the account's label
 */
export function tokenOf(device: string, model: string, enrolment: Enrolment, user?: TokenUser): Token {
  const { issuer, label } = enrolment;
  const names = JSON.stringify([issuer, label]);
  const mark = createHash('sha256').update(names).digest('hex').slice(0, MARK_LENGTH).toUpperCase();
  return {
    serial: `${device}-${mark}`,
    device,
    model,
    user: user ?? { name: label, upn: label },
    enrolment,
  };
}
