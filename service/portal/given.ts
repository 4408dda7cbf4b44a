import {
  type Activation,
  activationString,
  readActivationString,
} from 'passfob/activation/activation-string';

/** A string that was read, as it is written anew. Both are secrets until they were used. */
export interface ReadActivation {
  readonly activation: Activation;
  readonly string: string;
}

/** The activation that a text says, from wherever it came; undefined where it is none. */
export function readGiven(text: string): ReadActivation | undefined {
  try {
    const activation = readActivationString(text);
    return { activation, string: activationString(activation) };
  } catch {
    return undefined;
  }
}

/** The text behind the `#` of the page's address, which is taken out of address and history at once. */
export function takeFragment(): string {
  const { hash, pathname } = location;
  if (hash !== '') history.replaceState(null, '', pathname);
  return hash;
}
