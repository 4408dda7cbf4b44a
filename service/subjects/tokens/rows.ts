import type { Selectable } from 'kysely';
import type { Schema } from '../../storage/schema/schema.ts';

/** A token as it is stored. */
export type TokenRow = Selectable<Schema['tokens']>;

/** The columns of a token that a log-in by passcode reads. */
export const passcodeColumns = [
  'id',
  'user_id',
  'state',
  'kind',
  'algorithm',
  'alphabet',
  'digits',
  'period_seconds',
  'pin_place',
  'look_ahead',
  'ahead_step',
  'ahead_ms',
  'last_step',
  'drift_steps',
  'recent',
  'sealed_secret',
  'key_id',
] as const satisfies readonly (keyof TokenRow)[];

/** The part of a token that a log-in by passcode reads. */
export type PasscodeToken = Pick<TokenRow, (typeof passcodeColumns)[number]>;
