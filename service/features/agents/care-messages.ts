import type { Said } from 'passfob/carrier/messages';
import { careTexts } from '../../base/texts/care.ts';
import type { CareStep, WaitingStep } from '../care/plan.ts';
import type { CareEvent, CareRunResult } from '../care/run/run.ts';

type Message<Type extends 'step' | 'tasks'> = Omit<Said<Type>, 'fob'>;

/** Returns the message about a step that begins, or about a hold that the fob asks its person for. */
export function stepMessage({ phase, kind, cause }: CareEvent): Message<'step'> {
  const { kinds, causes, relay } = careTexts;
  return phase === 'hold'
    ? { step: 'press', text: relay.hold, why: `${kinds[kind]}: ${causes[cause]}` }
    : { step: 'care', text: `${kinds[kind]}.`, why: causes[cause] };
}

/** Returns the message about the tasks of a fob. @param done those done on this connection, oldest first */
export function tasksMessage(waiting: readonly WaitingStep[], done: readonly string[]): Message<'tasks'> {
  const { kinds, messages } = careTexts;
  return { waiting: waiting.map(({ kind, why }) => `${kinds[kind]}: ${messages[why]}`), done };
}

/** Names a task that is done. */
export function doneText({ kind }: Pick<CareStep, 'kind'>): string {
  return careTexts.kinds[kind];
}

/** Returns the sentence at the end of care while a person is present. */
export function endText({ waiting, isErased }: CareRunResult): string {
  const { relay } = careTexts;
  if (isErased) return relay.erased;
  return waiting.length === 0 ? relay.well : relay.waits;
}
