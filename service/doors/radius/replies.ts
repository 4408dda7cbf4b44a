import { radiusLimits } from '../../base/limits/radius.ts';
import { radiusTexts } from '../../base/texts/radius.ts';
import { prepareUserName } from '../../features/users/users.ts';
import type { Management } from '../../storage/management.ts';
import { codes, type NewPacket, types } from './packet.ts';
import { type AwaitedStep, openState, type StateOwner } from './states.ts';

export interface Reply extends Pick<NewPacket, 'code' | 'attributes'> {
  /** Told apart for operators, where code and attributes say less. */
  readonly fate?: 'displaced';
}

const said = (text: string) => ({ type: types.replyMessage, value: Buffer.from(text) });

/**
 * Lets a user in. Where another spelling of the name was typed, the client is told the one that the service has, and is to go
 * by it (RFC 2865 §5.1).
 */
export function acceptOf(typed: string): Reply {
  const value = Buffer.from(prepareUserName(typed) ?? typed);
  const isTold = value.toString() !== typed && value.length + 2 <= radiusLimits.radiusAttributeMax;
  return { code: codes.accessAccept, attributes: isTold ? [{ type: types.userName, value }] : [] };
}

/** One refusal for every reason. */
export const reject: Reply = { code: codes.accessReject, attributes: [said(radiusTexts.refused)] };

/** The same refusal, where an answer was held and somebody else needed its place more. */
export const displaced: Reply = { ...reject, fate: 'displaced' };

/** An Access-Challenge: what is awaited next, what the person reads, and how long the client is told to wait. */
export async function challenge(
  management: Management,
  bound: StateOwner,
  awaited: AwaitedStep,
  text: string,
  forMs: number = radiusLimits.radiusChallengeMs,
): Promise<Reply> {
  const state = { type: types.state, value: await openState(management, bound, awaited) };
  const timeout = Buffer.alloc(4);
  timeout.writeUInt32BE(Math.ceil(Math.min(forMs, radiusLimits.radiusChallengeMs) / 1000));
  return {
    code: codes.accessChallenge,
    attributes: [said(text), state, { type: types.sessionSeconds, value: timeout }, ...promptFor(awaited)],
  };
}

/** A PIN is not to be read over a shoulder. */
function promptFor({ kind }: AwaitedStep) {
  return kind === 'new_pin' || kind === 'same_pin' ? [{ type: types.prompt, value: Buffer.alloc(4) }] : [];
}
