/** The seven states of a token. */
export type TokenState =
  | 'initialised'
  | 'inventory'
  | 'reserved'
  | 'assigned'
  | 'active'
  | 'suspended'
  | 'revoked';

/** Why a token was revoked. */
export const revokedReasons = ['lost', 'faulty', 'retired'] as const;
export type RevokedReason = (typeof revokedReasons)[number];

interface StateRule {
  /** Whether a passcode of a token in this state may be accepted. */
  readonly usable: boolean;
  /** Whether the token has a user: it must not, it may, it must. */
  readonly user: 'none' | 'perhaps' | 'one';
  /** Whether the seed is stored. */
  readonly seed: boolean;
  readonly next: readonly TokenState[];
}

/**
 * The facts and permissions of each state. `initialised`: made, but not yet proved to be in its fob. `assigned` is
 * usable, because the first right passcode makes the token `active`; a `reserved` token is still being enrolled and
 * is not usable. A token that was in use goes to another user by way of `suspended`. `revoked` is final: the seed is
 * destroyed on entry, and the user stays recorded.
 */
export const tokenStates: Readonly<Record<TokenState, StateRule>> = {
  initialised: { usable: false, user: 'none', seed: true, next: ['inventory', 'revoked'] },
  inventory: { usable: false, user: 'none', seed: true, next: ['reserved', 'assigned', 'revoked'] },
  reserved: { usable: false, user: 'perhaps', seed: true, next: ['inventory', 'assigned', 'revoked'] },
  assigned: { usable: true, user: 'one', seed: true, next: ['inventory', 'active', 'suspended', 'revoked'] },
  active: { usable: true, user: 'one', seed: true, next: ['suspended', 'revoked'] },
  suspended: { usable: false, user: 'one', seed: true, next: ['active', 'inventory', 'revoked'] },
  revoked: { usable: false, user: 'perhaps', seed: false, next: [] },
};

/** Whether a token may go from one state directly to another. */
export function mayBecome(from: TokenState, to: TokenState): boolean {
  return tokenStates[from].next.includes(to);
}

/** The states whose tokens are evaluated. */
export const usableStates: readonly TokenState[] = (Object.keys(tokenStates) as TokenState[]).filter(
  state => tokenStates[state].usable,
);

/** The states in which a token has a user. */
export const heldStates: readonly TokenState[] = (Object.keys(tokenStates) as TokenState[]).filter(
  state => tokenStates[state].user === 'one',
);
