import type { FastifyRequest } from 'fastify';
import { administrationLimits } from '../../base/limits/administration.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import { relayLimits } from '../../base/limits/relay.ts';
import { selfServiceLimits } from '../../base/limits/self-service.ts';
import { webLimits } from '../../base/limits/web.ts';
import { type RateLimitSize, sourceKey } from '../../base/rate-limit.ts';
import type { WebContext } from './context.ts';
import { Problem } from './problems.ts';

/** A rate limit: a token bucket for each key. */
export interface Rate {
  /** Rates with the same name share their buckets. */
  readonly name: string;
  /** The key of a bucket, in words. */
  readonly per: string;
  readonly size: RateLimitSize;
}

const rate = (name: string, per: string, size: RateLimitSize): Rate => ({ name, per, size });

/** Every rate limit of HTTP requests. */
export const rates = {
  page: rate('source', 'source', webLimits.sourceBucket),
  /** For routes on which known callers have their own rate. */
  stranger: rate('source', 'source whose request is not let in', webLimits.sourceBucket),
  form: rate('form', 'source', webLimits.formBucket),
  /** Requests for approvals do not use up the rate of the same source's forms with passcodes. */
  autosend: rate('autosend', 'source', webLimits.formBucket),
  application: rate('application', 'application', webLimits.applicationBucket),
  /** The address of one end user, over all applications. */
  validate: rate('validate', 'source of the person', webLimits.validateBucket),
  administration: rate('administration', 'API key or operator', administrationLimits.administrationBucket),
  userAct: rate('me', 'user', selfServiceLimits.userActBucket),
  find: rate('find', 'user name as typed', selfServiceLimits.findBucket),
  relay: rate('relay', 'source', relayLimits.relayBucket),
  agent: rate('agent', 'source', agentLimits.agentBucket),
  agentPoll: rate('agent-poll', 'source', agentLimits.agentPollBucket),
} as const satisfies Record<string, Rate>;

/** Takes one request from the bucket of a key. @throws Problem `too_many` */
export function countRequest({ buckets, clock }: WebContext, { name, size }: Rate, key: string): void {
  if (!buckets.take(`${name}:${key}`, size, clock())) throw new Problem('too_many');
}

/** Takes one request from the bucket of its source address. @returns whether there was one */
export function takeFromSource(
  { buckets, clock }: WebContext,
  { name, size }: Rate,
  request: FastifyRequest,
): boolean {
  return buckets.take(`${name}:${sourceKey(request.ip)}`, size, clock());
}

/** Takes one request from the bucket of its source address. @throws Problem `too_many` */
export function countBySource(context: WebContext, limit: Rate, request: FastifyRequest): void {
  countRequest(context, limit, sourceKey(request.ip));
}
