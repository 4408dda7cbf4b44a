import type { Said } from 'passfob/carrier/messages';
import { careTexts } from '../../base/texts/care.ts';
import type { WaitingStep } from '../care/plan.ts';
import type { CareEvent, CareRunResult } from '../care/run/run.ts';

/** Returns the message about a step that begins, or about a hold that the fob asks its person for. */
export function stepMessage({ phase, kind, cause }: CareEvent): Omit<Said<'step'>, 'fob'> {
  const { kinds, causes, relay } = careTexts;
  return phase === 'hold'
    ? { step: 'press', text: relay.hold, why: `${kinds[kind]}: ${causes[cause]}` }
    : { step: 'care', text: `${kinds[kind]}.`, why: causes[cause] };
}

/** Names a task that waits, and why. */
export function waitingText({ kind, why }: WaitingStep): string {
  const { kinds, messages } = careTexts;
  return `${kinds[kind]}: ${messages[why]}`;
}

/** Returns the sentence at the end of care while a person is present. */
export function endText({ waiting, isErased }: CareRunResult): string {
  const { relay } = careTexts;
  if (isErased) return relay.erased;
  return waiting.length === 0 ? relay.well : relay.waits;
}
