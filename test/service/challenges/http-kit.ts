import type { Challenge } from '@passfob/service/subjects/challenges/create';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { secret } from '../../kit/secrets.ts';
import { newToken } from '../kit.ts';
import { fobAnswer, SESSION, SUITE } from './kit.ts';

/** Makes a token that answers questions, by default `ada`'s. */
export function ocraToken(changes: Partial<NewToken> = {}): NewToken {
  return newToken({ kind: 'ocra', suite: SUITE, ...changes });
}

/** Sends a request of an application. */
export function send(url: string, apiKey: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/challenges${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(body),
  });
}

/** Creates a question for a user, and fails if it is refused. */
export async function askFor(url: string, apiKey: string, user: string): Promise<Challenge> {
  const response = await send(url, apiKey, '', { user, session: SESSION, source: `for ${user}` });
  if (response.status !== 200) throw new Error(`asking: ${response.status}`);
  return (await response.json()) as Challenge;
}

/** An answer in the form that an application sends. */
export interface SentAnswer {
  readonly path: string;
  readonly body: { readonly session: string; readonly passcode: string; readonly source: string };
}

/** Returns the right answer of a fob. */
export function rightAnswer(token: NewToken, { id, question }: Challenge): SentAnswer {
  const passcode = secret(fobAnswer(token, question));
  return { path: `/${id}/answer`, body: { session: SESSION, passcode, source: `for ${token.user}` } };
}
