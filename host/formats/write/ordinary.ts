import { KIND_OCRA } from '@passfob/protocol/account';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';

/** @throws FobError `bad-input` for an account whose kind or alphabet only a key URI can express */
export function checkOrdinary({ kind, alphabet }: Enrolment, format: string): void {
  if (kind !== KIND_OCRA && alphabet === 'decimal') return;
  throw badInput(
    `A file for ${format} cannot hold an OCRA account or passcodes that are not digits.`,
    'Write it as a key URI: --out-format uri',
  );
}
