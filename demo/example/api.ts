import { randomUUID } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { HTTP_TIMEOUT_MS, REDEEM_WAIT_MS } from './limits.ts';

/** The address of the service, and this application's credentials there. */
export interface ServiceAccess {
  /** Origin, for example `https://tokens.example.org`. */
  readonly service: string;
  /** A secret. */
  readonly apiKey: string;
  /** PEM of the only certificate authority to trust; Node's own authorities if left out. */
  readonly ca?: string | undefined;
}

/** A push that was sent. */
export interface SentPush {
  readonly id: string;
  /** Two digits, which the fob shows as well. */
  readonly number: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** The user is logged in. The name is the canonical one of the service; the typed spelling may differ. */
export interface Accepted {
  readonly user: string;
}

/**
 * Why the user is not logged in. `busy`: too many attempts; `silent`: the service did not decide, which counts as a
 * refusal.
 */
export type ApiRefusal = 'refused' | 'busy' | 'silent';

/** The result of a log-in. */
export type Decision = Accepted | ApiRefusal;

/** All calls to the service that an application needs: `POST /v1/validate` and `/v1/pushes` (`docs/api.md`). */
export interface Api {
  /** Validates a passcode. @param source the address of the user's browser */
  validate(login: { user: string; passcode: string; source: string }): Promise<Decision>;
  /** Asks for approval on the user's fob. @param session identifies this browser, a secret */
  push(login: { user: string; session: string; source: string }): Promise<SentPush | 'busy' | 'silent'>;
  /** Redeems a push, waiting up to `REDEEM_WAIT_MS`; only the first redemption of an approval succeeds. */
  take(push: { id: string; session: string; source: string }): Promise<Decision | 'waiting'>;
  /** Withdraws a push that is no longer needed. */
  withdraw(push: { id: string; session: string }): Promise<void>;
  /** Returns why the service cannot be used: it does not answer, or it refuses the API key. Nobody is logged in. */
  check(): Promise<'silent' | 'key' | undefined>;
  close(): Promise<void>;
}

/** Returns the API of a service. */
export function apiOf({ service, apiKey, ca }: ServiceAccess): Api {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: true, ...(ca !== undefined && { ca }) } });

  /** @returns status and body of the response; status 0 if there was none */
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
          // If the network loses the response, the repeated log-in is decided only once.
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
    async check() {
      // The service tests the key before it reads the request, which is incomplete on purpose.
      const { status } = await post('/v1/validate', {});
      if (status === 401) return 'key';
      return status === 0 || status >= 500 ? 'silent' : undefined;
    },
    close: () => dispatcher.close(),
  };
}

/** Accepts only a response that says yes in both of its fields and names the user. */
function decisionOf(
  status: number,
  body: { readonly accepted?: unknown; readonly user?: unknown },
): Decision {
  const { accepted, user } = body;
  if (status === 200 && accepted === true && typeof user === 'string') return { user };
  if (status === 429) return 'busy';
  return status === 403 ? 'refused' : 'silent';
}
