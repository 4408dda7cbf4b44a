import { TEXTS } from './texts.ts';

/** unknown: this check is not possible here. */
export type FindingState = 'ok' | 'warning' | 'problem' | 'unknown';

/** The checks, in the order of the report. */
export type CheckName =
  | 'node'
  | 'native-parts'
  | 'compiler'
  | 'udev'
  | 'udev-rules'
  | 'ports'
  | 'port-permission'
  | 'port-owner'
  | 'espruino'
  | 'modem-manager'
  | 'clock'
  | 'inventory';

/** The result of one check: a sentence, and a next step if there is one. */
export interface Finding {
  readonly check: CheckName;
  readonly state: FindingState;
  readonly sentence: string;
  /** Empty if there is nothing to do. */
  readonly next: string;
}

/**
 * Makes a finding with a text of `texts.ts`.
 * @param values fill `{name}` of the text: paths and names of programs, never a secret
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
