import { base64urlnopad } from '@scure/base';
import { request } from 'undici';
import type { CarrierPoll, CarrierPolled } from '../../carrier/polls.ts';
import { FobError, systemCode } from '../../errors.ts';
import { AGENT_POLL_BYTES_MAX, AGENT_POLL_KEY_BYTES, AGENT_POLL_MESSAGES_MAX } from '../base/limits.ts';
import { endpointOf } from './endpoint.ts';
import { networkFailure, networkFailureCode } from './failure.ts';
import type { Path } from './path.ts';

/** An answer to a poll whose messages are not parsed yet. */
export interface PollAnswer extends Omit<CarrierPolled, 'messages'> {
  readonly messages: readonly unknown[];
}

/** The service is overloaded, or is shutting down. */
const LATER: readonly number[] = [429, 500, 502, 503, 504];

/** @throws FobError (`networkFailure`: `no-polls` if the peer does not accept polls, `forgotten`), `cancelled` */
export async function postPoll(
  path: Path,
  { origin, at }: { readonly origin: string; readonly at: string },
  poll: CarrierPoll,
  signal: AbortSignal,
): Promise<PollAnswer> {
  const { host, port } = endpointOf(origin);
  let status = 0;
  let body: string;
  try {
    const answer = await request(`${origin}${at}/poll`, {
      dispatcher: path.dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(poll),
      signal,
    });
    status = answer.statusCode;
    body = await bounded(answer.body);
  } catch (cause) {
    if (signal.aborted) throw new FobError('cancelled');
    const isLate = systemCode(cause) === 'UND_ERR_HEADERS_TIMEOUT';
    throw path.failure() ?? networkFailure(isLate ? 'quiet' : 'cut', { host, port }, cause);
  }
  const answer = status === 200 ? readAnswer(body) : undefined;
  if (answer !== undefined) return answer;
  if (LATER.includes(status)) throw networkFailure('cut', { host, port });
  // The service has accepted polls before, so it has forgotten this connection.
  if (status === 404 && poll.key !== '') throw networkFailure('forgotten', { host });
  throw networkFailure('no-polls', { host, status }, undefined, { status });
}

/** Whether another poll of the same connection would fail in the same way. */
export function isFinalFailure(error: unknown): boolean {
  const code = networkFailureCode(error);
  return code === 'no-polls' || code === 'forgotten';
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > AGENT_POLL_BYTES_MAX) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(body: string): PollAnswer | undefined {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { key, taken, from, messages } = read as Readonly<Record<string, unknown>>;
  const isRight =
    isKey(key) &&
    isCount(taken) &&
    isCount(from) &&
    Array.isArray(messages) &&
    messages.length <= AGENT_POLL_MESSAGES_MAX;
  return isRight ? { key, taken, from, messages } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isKey(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    return base64urlnopad.decode(value).length === AGENT_POLL_KEY_BYTES;
  } catch {
    return false;
  }
}
