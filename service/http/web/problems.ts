import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceErrorCode } from '../../base/errors.ts';
import { webLimits } from '../../base/limits/web.ts';
import { texts } from '../../base/texts/texts.ts';
import { isPostgresLoss } from '../../storage/database/postgres-loss.ts';

/** The refusals over HTTP: a code, its status and whether a retry may help. Texts are in `texts.ts`. */
const registry = {
  refused: { status: 403, retry: false },
  new_pin: { status: 403, retry: false },
  pin_unfit: { status: 422, retry: false },
  malformed: { status: 400, retry: false },
  unauthorised: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  credentials_needed: { status: 401, retry: false },
  not_allowed: { status: 403, retry: false },
  proof_needed: { status: 403, retry: false },
  wrong_method: { status: 405, retry: false },
  too_large: { status: 413, retry: false },
  wrong_media_type: { status: 415, retry: false },
  misdirected: { status: 421, retry: false },
  too_many: { status: 429, retry: true },
  failed: { status: 500, retry: false },
  unavailable: { status: 503, retry: true },
} as const satisfies Record<keyof typeof texts.problems, { status: number; retry: boolean }>;

export type ProblemCode = keyof typeof registry;

/** All codes, in the order of their statuses. */
export const problemCodes = Object.keys(registry) as readonly ProblemCode[];

/** A refusal, thrown to the one place that writes its response. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode) {
    super(texts.problems[code].title);
    this.code = code;
  }
}

/** Returns the HTTP status of a problem. */
export function statusOf(code: ProblemCode): number {
  return registry[code].status;
}

/** Whether the same request may succeed later. */
export function mayRetry(code: ProblemCode): boolean {
  return registry[code].retry;
}

/**
 * Returns the body of a problem as `application/problem+json` (RFC 9457 §3), with the registry's code and the
 * request's id. `accepted` is always false, so a client that reads only that field is safe, too.
 */
export function problemJson(code: ProblemCode, requestId: string, more: ProblemExtras = {}): string {
  const { title, detail } = texts.problems[code];
  const body = {
    type: `urn:passfob:problem:${code}`,
    title,
    status: statusOf(code),
    detail,
    code,
    accepted: false,
    requestId,
    ...more,
  };
  return JSON.stringify(body);
}

/** Our errors for an unavailable database. */
const UNAVAILABLE: ReadonlySet<string> = new Set<ServiceErrorCode>([
  'busy',
  'database_lost',
  'schema_changed',
]);

/** Returns the problem for an error of Fastify, of the database or of ours. */
export function problemOf(error: unknown): ProblemCode {
  if (error instanceof Problem) return error.code;
  if (typeof error !== 'object' || error === null) return 'failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (UNAVAILABLE.has(code) || code.startsWith('SQLITE_') || isPostgresLoss(error)) return 'unavailable';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'too_large';
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'wrong_media_type';
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return status >= 400 && status < 500 ? 'malformed' : 'failed';
}

/** Further fields of some problems: the exact fault, and the proof with which a PIN is chosen. */
export interface ProblemExtras {
  readonly detail?: string;
  readonly pin?: { readonly proof: string; readonly fewestDigits: number };
}

/** Sends a problem as `application/problem+json`. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  more?: ProblemExtras,
): FastifyReply {
  if (mayRetry(code)) reply.header('retry-after', webLimits.retryAfterSeconds);
  if (statusOf(code) === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(statusOf(code))
    .type('application/problem+json')
    .send(problemJson(code, request.id, more));
}
