import { createHash } from 'node:crypto';
import type { Enrolment } from '../../enrol/enrolment.ts';

/** One account of one fob, as a server is told of it. */
export interface Token {
  /** By which a server knows it: never the same for two accounts. */
  readonly serial: string;
  /** Of the fob, as it stands on its screen. */
  readonly device: string;
  /** The board. */
  readonly model: string;
  readonly enrolment: Enrolment;
}

export const MANUFACTURER = 'Passfob';
const MARK_LENGTH = 6;

/**
 * A token by the fob and the names of the account: a fob may hold several accounts, and servers take a second file with
 * the same serial for a new key of the first. The same account made anew has the same serial, and replaces the old one.
 */
export function tokenOf(device: string, model: string, enrolment: Enrolment): Token {
  const { issuer, label } = enrolment;
  const names = JSON.stringify([issuer, label]);
  const mark = createHash('sha256').update(names).digest('hex').slice(0, MARK_LENGTH).toUpperCase();
  return { serial: `${device}-${mark}`, device, model, enrolment };
}
