import { FobError } from 'passfob/errors';
import type { OperatorPane } from './browser.ts';
import type { Stage } from './stage.ts';
import type { Step } from './steps.ts';
import { texts } from './texts.ts';

/** State that the steps of a transcript share. */
export interface Play {
  readonly stage: Stage;
  readonly step: Step;
  readonly operator: OperatorPane;
}

/** @throws FobError `verification-failed` unless `isExpected` */
export function expect(isExpected: boolean, wanted: string, got: string): void {
  if (!isExpected) throw new FobError('verification-failed', texts.errors.unexpected(wanted, got));
}
