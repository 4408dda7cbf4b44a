import { TEXTS } from './texts.ts';

/** unknown: cannot be found out here. */
export type FindingState = 'ok' | 'warning' | 'problem' | 'unknown';

/** What was looked at, in the order of the report. */
export type CheckName =
  | 'node'
  | 'native-parts'
  | 'compiler'
  | 'udev'
  | 'udev-rules'
  | 'ports'
  | 'port-permission'
  | 'port-owner'
  | 'modem-manager'
  | 'clock'
  | 'inventory';

/** What one check found: a sentence, and the next step where there is one. */
export interface Finding {
  readonly check: CheckName;
  readonly state: FindingState;
  readonly sentence: string;
  /** Empty where there is nothing to do. */
  readonly next: string;
}

/**
 * A finding in the words of `texts.ts`.
 * @param values fill `{name}` of the words: paths and names of programs, never a secret
 */
export function finding(
  check: CheckName,
  state: FindingState,
  text: keyof typeof TEXTS,
  values: Readonly<Record<string, string>> = {},
): Finding {
  const [sentence, next] = TEXTS[text];
  const fill = (words: string) => words.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  return { check, state, sentence: fill(sentence), next: fill(next) };
}
