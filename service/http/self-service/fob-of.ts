import { type FobDetail, viewFob } from '../../subjects/care/views.ts';
import type { SelfServiceContext } from './request-context.ts';
import { fobName, type TokenOfUser, tokensOfUser } from './tokens.ts';

/** A fob with tokens of the session's user. */
export interface FobOfUser {
  readonly serial: string;
  /** The user's name for it, or its serial number. */
  readonly name: string;
  /** The user's tokens on it. */
  readonly tokens: readonly TokenOfUser[];
  readonly detail: FobDetail;
  /** Whether another user has a token on it, too: then none of them decides about the whole fob. */
  readonly isShared: boolean;
}

/** Returns a fob of the session's user; undefined for any other fob. */
export async function fobOfUser(visit: SelfServiceContext, serial: string): Promise<FobOfUser | undefined> {
  const { db } = visit.context;
  const tokens = (await tokensOfUser(db, visit.session.userId)).filter(({ fob }) => fob === serial);
  const [first] = tokens;
  if (first === undefined) return undefined;
  const view = await viewFob(db, serial);
  if (!view.ok) return undefined;
  const { user } = visit.session;
  const isOthers = (token: FobDetail['tokens'][number]) =>
    token.user !== null && token.user !== user && token.state !== 'revoked';
  const isShared = view.value.tokens.some(isOthers);
  return { serial, name: fobName(first), tokens, detail: view.value, isShared };
}

/**
 * Whether the user may ask for something to be done to the fob: it is theirs alone, in use, and not only with stopped
 * tokens.
 */
export function isInUse({ tokens, detail, isShared }: FobOfUser): boolean {
  return !isShared && detail.fob.state === 'in_use' && tokens.some(({ state }) => state !== 'suspended');
}

/** Whether the fob has a PIN that can be reset. */
export function canResetPin({ detail }: FobOfUser): boolean {
  const { state, canBeReset } = detail.fob.pin;
  return state === 'set' && canBeReset !== false;
}
