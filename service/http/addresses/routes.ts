import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressLimits } from '../../base/limits/addresses.ts';
import { helpTexts } from '../../base/texts/help.ts';
import {
  type ConfiguredAddresses,
  makePublished,
  type PublishedAddresses,
} from '../../subjects/addresses/published.ts';
import { pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { serveRoute } from '../web/route.ts';
import { helpPage } from './help-page.ts';

/**
 * `GET` and `HEAD /addresses.json`, `/addresses.txt`: the addresses that agents and browsers connect to, for allow
 * lists; clients may cache them for an hour. `GET /help`: a page about fobs, requests to approve, and the addresses
 * that networks must allow.
 */
export function serveAddresses(
  app: FastifyInstance,
  context: WebContext,
  configured: ConfiguredAddresses,
): void {
  const access = pageBySource(context);
  const published = makePublished(context.management, configured);
  const serve = (path: string, type: string, write: (addresses: PublishedAddresses) => string) => {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const addresses = await published();
      const tag = `"${addresses.version}"`;
      reply
        .header('cache-control', `public, max-age=${addressLimits.addressesMaxAgeSeconds}`)
        .header('etag', tag)
        .header('last-modified', new Date(addresses.changedMs).toUTCString());
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      return reply.type(type).send(request.method === 'HEAD' ? '' : write(addresses));
    };
    serveRoute(app, { method: ['GET', 'HEAD'], path, access, handle: answer });
  };
  serve('/addresses.json', 'application/json', asJson);
  serve('/addresses.txt', 'text/plain; charset=utf-8', asText);
  serveRoute(app, {
    method: 'GET',
    path: '/help',
    access,
    handle: async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(await helpPage(context, await published())),
  });
}

function asJson({ version, changedMs, hosts, ranges }: PublishedAddresses): string {
  const changed = new Date(changedMs).toISOString();
  return `${JSON.stringify({ version, changed, hosts, ranges }, null, 2)}\n`;
}

function asText({ version, changedMs, hosts, ranges }: PublishedAddresses): string {
  const changed = new Date(changedMs).toISOString();
  return [helpTexts.textHead(version, changed), ...hosts, ...ranges, ''].join('\n');
}
