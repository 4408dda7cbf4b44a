import type { FastifyInstance } from 'fastify';
import { limits } from '../limits.ts';

/** Lets the routes of an instance take HTML forms, and nothing else. The parsed body is a `URLSearchParams`. */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: limits.bodyMaxBytes },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
}

/** A field of a parsed form, empty when it is absent. */
export function field(body: unknown, name: string): string {
  return body instanceof URLSearchParams ? (body.get(name) ?? '') : '';
}

/** The value of one cookie of a Cookie header, or undefined (RFC 6265 §4.2.1; ours need no quoting). */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const separator = pair.indexOf('=');
    if (pair.slice(0, separator).trim() === name) return pair.slice(separator + 1).trim();
  }
  return undefined;
}
