/** What the process of the interpreter asks its parent to do, which may do more. */
export type Deed = 'start' | 'open' | 'unplug' | 'replug' | 'close';

/** From the process of the interpreter: a request, or bytes for the pseudo-terminal in base64. */
export type ToParent = { readonly id: number; readonly deed: Deed } | { readonly bytes: string };

export interface Answer {
  readonly id: number;
  /** Path of an open pseudo-terminal. */
  readonly path?: string;
  readonly refused?: string;
  /** Reasons why the machine has no pseudo-terminal. */
  readonly unavailable?: readonly string[];
}

/** To the process of the interpreter. */
export type ToChild = Answer | { readonly bytes: string } | { readonly lost: string };
