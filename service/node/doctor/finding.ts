import { doctorTexts } from '../../base/texts/serve.ts';

export type ServiceFindingState = 'ok' | 'warning' | 'problem';

/** A finding of one check: a sentence, and the next step if there is one. */
export interface ServiceFinding {
  readonly check: 'folder' | 'key' | 'database' | 'space' | 'clock' | 'certificate' | 'port';
  readonly state: ServiceFindingState;
  readonly sentence: string;
  readonly next: string;
}

/**
 * Makes a finding with a text of `texts/serve.ts`.
 *
 * @param values fill `{name}` in the text; never a secret
 */
export function finding(
  check: ServiceFinding['check'],
  state: ServiceFindingState,
  text: keyof typeof doctorTexts,
  values: Readonly<Record<string, string | number>> = {},
): ServiceFinding {
  const [sentence, next] = doctorTexts[text];
  const fill = (words: string) =>
    words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  return { check, state, sentence: fill(sentence), next: fill(next) };
}
