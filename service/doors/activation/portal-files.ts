import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import { assetAccess } from '../web/assets.ts';
import { serveRoute } from '../web/route.ts';

/** The built script of the activation page (`npm run build`), with the files that it loads on demand. */
interface Portal {
  /** The name of the file that the page loads. */
  readonly entry: string;
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
  const { entry, files } = JSON.parse(readFileSync(join(built, 'portal.json'), 'utf8')) as {
    entry: string;
    files: string[];
  };
  portal = { entry, files: new Map(files.map(name => [name, readFileSync(join(built, name))])) };
  return portal;
}

/** Returns the address of the script; undefined if it was not built. Then the page explains the ways without it. */
export function portalScript(): string | undefined {
  const { entry } = readPortal() ?? {};
  return entry === undefined ? undefined : PATH + entry;
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  wasm: 'application/wasm',
};

/** Serves the script's files. Browsers may cache them for good. */
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
