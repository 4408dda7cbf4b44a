import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import { assetAccess } from '../web/assets.ts';
import { serveRoute } from '../web/route.ts';

/** The pages with a built script: the activation page, and the page for the care of fobs. */
type PortalPage = 'main' | 'care';

/** The built scripts of the pages that reach fobs (`npm run build`), with the files that they load on demand. */
interface Portal {
  /** The names of the files that the pages load. */
  readonly entries: Readonly<Record<PortalPage, string>>;
  /** By name, which changes with the content. */
  readonly files: ReadonlyMap<string, Buffer>;
}

const PATH = '/assets/portal/';

let portal: Portal | undefined;

/** Read on first use and kept; undefined if it was not built. */
function readPortal(): Portal | undefined {
  if (portal !== undefined) return portal;
  // By package name, not relative to this file: in a bundle this file lies elsewhere.
  const manifest = createRequire(import.meta.url).resolve('@passfob/service/package.json');
  const built = join(dirname(manifest), 'dist/portal');
  if (!existsSync(join(built, 'portal.json'))) return undefined;
  const { entries, files } = JSON.parse(readFileSync(join(built, 'portal.json'), 'utf8')) as {
    entries: Portal['entries'];
    files: string[];
  };
  portal = { entries, files: new Map(files.map(name => [name, readFileSync(join(built, name))])) };
  return portal;
}

/** Returns the address of a script; undefined if it was not built. Then its page explains the ways without it. */
export function portalScript(page: PortalPage): string | undefined {
  const { entries } = readPortal() ?? {};
  return entries === undefined ? undefined : PATH + entries[page];
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  wasm: 'application/wasm',
};

/** Serves the files of the scripts. Browsers may cache them for good. */
export function servePortalFiles(app: FastifyInstance): void {
  serveRoute(app, {
    method: 'GET',
    path: `${PATH}:name`,
    access: assetAccess,
    handle: (request, reply) => {
      const { name } = request.params as { readonly name: string };
      const body = readPortal()?.files.get(name);
      if (body === undefined) return reply.callNotFound();
      return reply
        .header('cache-control', `public, max-age=${webLimits.assetMaxAgeSeconds}, immutable`)
        .type(TYPES[name.split('.').pop() ?? ''] ?? 'application/octet-stream')
        .send(body);
    },
  });
}
