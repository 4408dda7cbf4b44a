import { randomUUID } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { HTTP_TIMEOUT_MS, REDEEM_WAIT_MS } from './limits.ts';

/** Where the service is, and what this application is known by there. */
export interface ServiceAccess {
  /** Origin, for example `https://tokens.example.org`. */
  readonly service: string;
  /** A secret. */
  readonly apiKey: string;
  /** PEM of the only authority to trust; without it those that Node knows. */
  readonly ca?: string | undefined;
}

/** A push that was sent. */
export interface SentPush {
  readonly id: string;
  /** Two digits, which the fob shows too. */
  readonly number: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** Somebody is let in, by the name that the service has: what was typed may be spelt in another way. */
export interface Accepted {
  readonly user: string;
}

/** Why nobody is. `busy`: too many attempts; `silent`: the service did not decide, which is no yes either. */
export type ApiRefusal = 'refused' | 'busy' | 'silent';

/** How a log-in ended. */
export type Decision = Accepted | ApiRefusal;

/** All that an application needs of the service: `POST /v1/validate` and `/v1/pushes` (`docs/api.md`). */
export interface Api {
  /** Decides by a passcode. @param source the address that the person's browser came from */
  validate(login: { user: string; passcode: string; source: string }): Promise<Decision>;
  /** Has the user's fob ask for approval. @param session what this browser is known by, a secret */
  push(login: { user: string; session: string; source: string }): Promise<SentPush | 'busy' | 'silent'>;
  /** Asks what became of a push, for up to `TAKE_WAIT_MS`; the first yes is the only one. */
  take(push: { id: string; session: string; source: string }): Promise<Decision | 'waiting'>;
  /** Takes a push back: nobody waits for it any more. */
  withdraw(push: { id: string; session: string }): Promise<void>;
  close(): Promise<void>;
}

/** The API of a service. */
export function apiOf({ service, apiKey, ca }: ServiceAccess): Api {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: true, ...(ca !== undefined && { ca }) } });

  /** @returns status and body of the answer; status 0 where there was none */
  const post = async (
    path: string,
    body: object,
    { waitMs = 0, key = randomUUID() }: { readonly waitMs?: number; readonly key?: string } = {},
  ) => {
    try {
      const response = await fetch(new URL(path, service), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          // The same log-in sent twice by a network that lost the answer is decided once.
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
        dispatcher,
        redirect: 'error',
        signal: AbortSignal.timeout(waitMs + HTTP_TIMEOUT_MS),
      });
      return { status: response.status, body: (await response.json().catch(() => ({}))) as object };
    } catch {
      return { status: 0, body: {} };
    }
  };

  return {
    async validate(login) {
      const { status, body } = await post('/v1/validate', login);
      return decisionOf(status, body);
    },
    async push(login) {
      const { status, body } = await post('/v1/pushes', login);
      if (status === 200) return body as SentPush;
      return status === 429 ? 'busy' : 'silent';
    },
    async take({ id, ...rest }) {
      const path = `/v1/pushes/${encodeURIComponent(id)}/take`;
      const { status, body } = await post(
        path,
        { ...rest, waitMs: REDEEM_WAIT_MS },
        { waitMs: REDEEM_WAIT_MS, key: id },
      );
      return status === 202 ? 'waiting' : decisionOf(status, body);
    },
    async withdraw({ id, session }) {
      await post(`/v1/pushes/${encodeURIComponent(id)}/withdraw`, { session });
    },
    close: () => dispatcher.close(),
  };
}

/** Only what says yes in both of its ways, and to whom, is one. */
function decisionOf(
  status: number,
  body: { readonly accepted?: unknown; readonly user?: unknown },
): Decision {
  const { accepted, user } = body;
  if (status === 200 && accepted === true && typeof user === 'string') return { user };
  if (status === 429) return 'busy';
  return status === 403 ? 'refused' : 'silent';
}
