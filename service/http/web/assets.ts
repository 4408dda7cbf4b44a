import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { webLimits } from '../../base/limits/web.ts';
import { unlimited } from './access.ts';
import { autosendScript } from './autosend-script.ts';
import { consoleStyleSheet } from './console-styles.ts';
import { copyScript } from './copy-script.ts';
import { operatorScript } from './live-script.ts';
import { portalStyleSheet } from './portal-styles.ts';
import { serveRoute } from './route.ts';
import { styleSheet } from './styles.ts';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="3" y="8" width="26" height="16" rx="8" fill="#0b5fd0"/><circle cx="9.5" cy="16" r="2.6" fill="#fff"/><rect x="14.5" y="12.5" width="10.5" height="7" rx="1.6" fill="#cfe3ff"/></svg>`;

interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The files that pages load, kept in modules because the compiler copies no other files. */
const assets = {
  'service.css': { type: 'text/css; charset=utf-8', body: styleSheet },
  'console.css': { type: 'text/css; charset=utf-8', body: consoleStyleSheet },
  'portal.css': { type: 'text/css; charset=utf-8', body: portalStyleSheet },
  'operator.js': { type: 'text/javascript; charset=utf-8', body: operatorScript },
  'copy.js': { type: 'text/javascript; charset=utf-8', body: copyScript },
  'autosend.js': { type: 'text/javascript; charset=utf-8', body: autosendScript },
  'icon.svg': { type: 'image/svg+xml', body: icon },
} as const satisfies Record<string, Asset>;

/** Returns the address of an asset. It changes with the content, so browsers may cache it for good. */
export function assetPath(name: keyof typeof assets): string {
  const digest = createHash('sha256').update(assets[name].body).digest('base64url').slice(0, 12);
  return `/assets/${name}?v=${digest}`;
}

/** Access to immutable files in memory. */
export const assetAccess = unlimited('it is in memory, and browsers keep it');

/** Serves the assets. */
export function serveAssets(app: FastifyInstance): void {
  for (const [name, asset] of Object.entries(assets))
    serveRoute(app, {
      method: 'GET',
      path: `/assets/${name}`,
      access: assetAccess,
      handle: (_request, reply) =>
        reply
          .header('cache-control', `public, max-age=${webLimits.assetMaxAgeSeconds}, immutable`)
          .type(asset.type)
          .send(asset.body),
    });
}
