import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import type { IdempotencyKey } from '../../storage/idempotency.ts';
import { Problem } from './problems.ts';

/** Makes the routes of an instance accept HTML forms only. The parsed body is a `URLSearchParams`. */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: webLimits.bodyMaxBytes },
    (_request, body, done) => {
      const text = String(body);
      if (hasFewFields(text)) done(null, new URLSearchParams(text));
      else done(new Problem('malformed'));
    },
  );
}

/** Each field costs much more than its characters, so fields are counted before any is parsed. */
function hasFewFields(text: string): boolean {
  let at = -1;
  for (let count = 0; count < webLimits.formFieldsMax; count++) {
    at = text.indexOf('&', at + 1);
    if (at === -1) return true;
  }
  return false;
}

/** Returns a field of a parsed form; empty if it is absent. */
export function field(body: unknown, name: string): string {
  return body instanceof URLSearchParams ? (body.get(name) ?? '') : '';
}

/** Makes a key for each form sent: repeats of one form count as one request. */
export function newAttempt(): string {
  return randomBytes(webLimits.attemptKeyBytes).toString('base64url');
}

/** Returns the key of a sent form, which counts for the form of this address alone. */
export function attemptOf({ body, routeOptions }: FastifyRequest): IdempotencyKey {
  return { door: routeOptions.url ?? '', value: field(body, 'attempt') };
}
