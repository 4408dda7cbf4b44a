import {
  type Activation,
  activationString,
  readActivationString,
} from 'passfob/activation/activation-string';

/** A parsed string, and its canonical text. Both are secrets until they are used. */
export interface ReadActivation {
  readonly activation: Activation;
  readonly string: string;
}

/** Parses the activation in a text; undefined if there is none. */
export function readGiven(text: string): ReadActivation | undefined {
  try {
    const activation = readActivationString(text);
    return { activation, string: activationString(activation) };
  } catch {
    return undefined;
  }
}

/** Returns the text behind the `#` of the page's address, and removes it from address and history at once. */
export function takeFragment(): string {
  const { hash, pathname } = location;
  if (hash !== '') history.replaceState(null, '', pathname);
  return hash;
}
