import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';
import { administrationLimits } from '../base/limits/administration.ts';
import { webLimits } from '../base/limits/web.ts';
import type { Log } from '../base/log.ts';
import { texts } from '../base/texts/texts.ts';
import { serveActivation } from '../http/activation/routes.ts';
import { serveAddresses } from '../http/addresses/routes.ts';
import { serveApi } from '../http/api/serve/serve.ts';
import { serveConsole } from '../http/console/routes.ts';
import { serveLogin } from '../http/login/login-routes.ts';
import { serveSelfService } from '../http/self-service/routes.ts';
import { serveCarriers } from '../http/sockets/carrier.ts';
import { serveSockets } from '../http/sockets/route.ts';
import { unlimited } from '../http/web/access.ts';
import { admitConnections } from '../http/web/admission.ts';
import { serveAssets } from '../http/web/assets.ts';
import { boundBodies } from '../http/web/bodies.ts';
import type { Certificate } from '../http/web/certificate.ts';
import type { ConnectionLimits } from '../http/web/connection-limits.ts';
import type { WebContext } from '../http/web/context.ts';
import { acceptCookies } from '../http/web/cookies.ts';
import { BoundedRequest, BoundedResponse, skipEnded } from '../http/web/exchange.ts';
import { acceptForms } from '../http/web/forms.ts';
import { type GuardOptions, guard } from '../http/web/guard.ts';
import { type HealthOptions, serveHealth } from '../http/web/health-routes.ts';
import { messagePage } from '../http/web/layout.ts';
import { mayRetry, type ProblemCode, problemOf, sendProblem, statusOf } from '../http/web/problems.ts';
import { logRequests } from '../http/web/request-log.ts';
import { serveRoute } from '../http/web/route.ts';
import { keepRoutes } from '../http/web/served.ts';
import type { ConfiguredAddresses } from '../subjects/addresses/published.ts';
import { measureRequests } from '../subjects/metrics/metrics.ts';

/** Options of the HTTP side. */
export interface AppOptions extends GuardOptions {
  readonly log: Log;
  /** Without one the service speaks plain HTTP. */
  readonly certificate: Certificate | undefined;
  /** Whether to believe the X-Forwarded headers from an address; undefined: never. */
  readonly isProxy: ((address: string | undefined) => boolean) | undefined;
  readonly health: HealthOptions;
  /** The limits of connections. */
  readonly connectionLimits: ConnectionLimits;
  /** Published addresses besides the public URL. */
  readonly addresses?: ConfiguredAddresses | undefined;
}

/** Makes the HTTP side of the service, not yet listening. */
export function makeApp(context: WebContext, options: AppOptions): FastifyInstance {
  const app = Fastify(serverOptions(options));
  skipEnded(app);
  logRequests(app, options.log);
  measureRequests(app, context.metrics);
  guard(app, options);
  admitConnections(app, options);
  keepRoutes(app);
  boundBodies(app);
  acceptCookies(app);
  // No route accepts a text body.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.setNotFoundHandler((request, reply) => {
    const page = withoutSlash(app, request);
    if (page !== undefined) return reply.redirect(page, 308);
    return wantsPage(request) ? sendPage(reply, 'not_found') : sendProblem(request, reply, 'not_found');
  });
  serveRoute(app, {
    method: 'GET',
    path: '/',
    access: unlimited('it only says where the form is'),
    handle: (_request, reply) => reply.redirect('/login', 303),
  });
  serveHealth(app, options.health);
  serveAssets(app);
  serveApi(app, context);
  serveSockets(app, context, serveCarriers(app, context, options.connectionLimits.agents));
  app.register(async pages => {
    pages.setErrorHandler((error, request, reply) => sendProblemPage(error, request, reply));
    acceptForms(pages);
    serveLogin(pages, context);
    serveActivation(pages, context);
    serveSelfService(pages, context);
    serveConsole(pages, context);
    serveAddresses(pages, context, options.addresses ?? { hosts: [], ranges: [] });
  });
  return app;
}

/** Fastify's types separate HTTP and HTTPS servers; this code treats both alike. */
function serverOptions({ certificate, isProxy }: AppOptions): FastifyHttpOptions<RawServerDefault> {
  const server = {
    maxHeaderSize: webLimits.headersMaxBytes,
    headersTimeout: webLimits.requestTimeoutMs,
    requestTimeout: webLimits.requestTimeoutMs,
    connectionsCheckingInterval: webLimits.connectionsCheckMs,
    IncomingMessage: BoundedRequest,
    ServerResponse: BoundedResponse,
  };
  return {
    ...(certificate === undefined
      ? { http: server }
      : {
          https: {
            ...server,
            cert: certificate.cert,
            key: certificate.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: webLimits.requestTimeoutMs,
          },
        }),
    ...(isProxy !== undefined && { trustProxy: (address: string) => isProxy(address) }),
    logger: false,
    routerOptions: { maxParamLength: administrationLimits.pathParameterMax },
    bodyLimit: webLimits.bodyMaxBytes,
    requestTimeout: webLimits.requestTimeoutMs,
    keepAliveTimeout: webLimits.keepAliveTimeoutMs,
    connectionTimeout: webLimits.stalledMs,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // Link scanners send HEAD requests, which would run the handler that uses up an operator link.
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    // Coercion would turn the number 12345 into a passcode without its leading zero.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  };
}

function sendProblemPage(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendPage(reply, problemOf(error));
}

/**
 * Returns the address of the page that is meant by one with a slash at its end, with its query; undefined if there is no
 * such page. The path is one of our own routes, so that the answer leads nowhere else. The API has no second spelling.
 */
function withoutSlash({ served }: FastifyInstance, { method, url }: FastifyRequest): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const [asked = '', ...query] = url.split(/(?=\?)/);
  const path = asked.endsWith('/') ? asked.slice(0, -1) : '';
  const isPage = served.some(one => one.method === 'GET' && one.path === path);
  return isPage && path !== '/' && !path.startsWith('/v1/') ? `${path}${query.join('')}` : undefined;
}

/** Whether a wrong link is answered with a page: browsers name HTML first, programs do not name it. */
function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/v1/') && (headers.accept ?? '').includes('text/html');
}

function sendPage(reply: FastifyReply, code: ProblemCode): FastifyReply {
  if (mayRetry(code)) reply.header('retry-after', webLimits.retryAfterSeconds);
  const { title, detail } = texts.problems[code];
  return reply.code(statusOf(code)).type('text/html; charset=utf-8').send(messagePage(title, detail));
}
