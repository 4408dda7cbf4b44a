import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readServiceName } from '../../subjects/users/settings.ts';
import { pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { widenPolicy } from '../web/guard.ts';
import { serveRoute } from '../web/route.ts';
import { activatePage } from './activate-page.ts';
import { servePortalFiles } from './portal-files.ts';

const PERMISSIONS =
  'camera=(self), serial=(self), hid=(self), bluetooth=(self), geolocation=(), microphone=()';

/**
 * `GET` and `HEAD /activate`: the page on which users activate their fobs, the same for everybody. Requests for it
 * use up nothing. Only this page may use camera, serial ports, HID devices and Bluetooth.
 */
export function serveActivation(app: FastifyInstance, context: WebContext): void {
  servePortalFiles(app);
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    widenPolicy(reply, {
      'script-src': "'wasm-unsafe-eval'",
      // Not every browser accepts 'self' for a WebSocket. The host was already checked against those that are served.
      'connect-src': `${context.isSecure ? 'wss' : 'ws'}://${request.host}`,
    });
    return reply
      .header('permissions-policy', PERMISSIONS)
      .type('text/html; charset=utf-8')
      .send(request.method === 'HEAD' ? '' : activatePage(await readServiceName(context.db)));
  };
  serveRoute(app, {
    method: ['GET', 'HEAD'],
    path: '/activate',
    access: pageBySource(context),
    handle: answer,
  });
}
