/** The seven states of a token. */
export type TokenState =
  | 'initialised'
  | 'inventory'
  | 'reserved'
  | 'assigned'
  | 'active'
  | 'suspended'
  | 'revoked';

interface StateRule {
  /** Whether a passcode of a token in this state may be accepted. */
  readonly usable: boolean;
  readonly next: readonly TokenState[];
}

/**
 * What each state allows. `assigned` is usable because its first right passcode is what makes the token `active`; a
 * `reserved` token is still being enrolled and is not. `revoked` is final: the seed is destroyed on the way in.
 */
export const tokenStates: Readonly<Record<TokenState, StateRule>> = {
  initialised: { usable: false, next: ['inventory', 'revoked'] },
  inventory: { usable: false, next: ['reserved', 'assigned', 'revoked'] },
  reserved: { usable: false, next: ['inventory', 'assigned', 'revoked'] },
  assigned: { usable: true, next: ['inventory', 'active', 'revoked'] },
  active: { usable: true, next: ['suspended', 'revoked'] },
  suspended: { usable: false, next: ['active', 'revoked'] },
  revoked: { usable: false, next: [] },
};

/** Whether a token may go from one state to another in one move. */
export function mayBecome(from: TokenState, to: TokenState): boolean {
  return tokenStates[from].next.includes(to);
}

/** The states whose tokens are evaluated. */
export const usableStates: readonly TokenState[] = (Object.keys(tokenStates) as TokenState[]).filter(
  state => tokenStates[state].usable,
);
