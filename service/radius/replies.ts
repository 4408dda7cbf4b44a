import { radiusLimits } from '../base/limits/radius.ts';
import { radiusTexts } from '../base/texts/radius.ts';
import type { Management } from '../storage/management.ts';
import { prepareUserName } from '../subjects/users/users.ts';
import { codes, type NewPacket, types } from './packet.ts';
import { type AwaitedStep, openState, type StateOwner } from './states.ts';

export interface Reply extends Pick<NewPacket, 'code' | 'attributes'> {
  /** A separate fate for operators, because code and attributes do not show it. */
  readonly fate?: 'displaced';
}

const said = (text: string) => ({ type: types.replyMessage, value: Buffer.from(text) });

/**
 * Accepts a user. If the typed name is another spelling, the response names the canonical one, which the client must
 * use (RFC 2865 §5.1).
 */
export function acceptOf(typed: string): Reply {
  const value = Buffer.from(prepareUserName(typed) ?? typed);
  const isTold = value.toString() !== typed && value.length + 2 <= radiusLimits.radiusAttributeMax;
  return { code: codes.accessAccept, attributes: isTold ? [{ type: types.userName, value }] : [] };
}

/** One refusal for every reason. */
export const reject: Reply = { code: codes.accessReject, attributes: [said(radiusTexts.refused)] };

/** The same refusal for a delayed response whose slot another holder took. */
export const displaced: Reply = { ...reject, fate: 'displaced' };

/** Returns an Access-Challenge: the awaited step, the text for the user, and how long the client is told to wait. */
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

/** A typed PIN must stay hidden from bystanders. */
function promptFor({ kind }: AwaitedStep) {
  return kind === 'new_pin' || kind === 'same_pin' ? [{ type: types.prompt, value: Buffer.alloc(4) }] : [];
}
