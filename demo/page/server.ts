import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { LocalMail } from '@passfob/service/subjects/mail/outbox';
import { FobError, systemCode } from 'passfob/errors';
import { URL_CHARS_MAX, WATCHERS_MAX } from '../play/limits.ts';
import type { DemoProgress, ProgressWatch } from '../play/progress.ts';
import { texts } from '../play/texts.ts';
import { PageAccess } from './access.ts';
import { consoleHtml, consoleScript } from './console.ts';
import { type PageFacts, pageHtml } from './html.ts';
import { outboxHtml } from './outbox.ts';
import { pageScript } from './script.ts';
import { pageIcon, pageStyle } from './style.ts';

/** The running server of the demo's page. */
export interface PageServer {
  /** Contains the access key. A secret. */
  readonly url: string;
  close(): Promise<void>;
}

/** Data of the service that the page shows. */
export interface PageSources {
  /** Creates a one-time link to the administrator's console; each browser needs its own. */
  readonly operatorLink: () => Promise<string>;
  /** The user's mail, newest first. */
  readonly mails: () => Promise<readonly LocalMail[]>;
}

/**
 * The host name of the page, the service and the fob's faceplate. They must share one name: the operator's cookie is
 * for one site.
 */
const HOST = '127.0.0.1';

/**
 * Serves the page on a free port of this computer.
 * @throws FobError `port-failed`
 */
export async function servePage(
  facts: PageFacts,
  progress: ProgressWatch,
  { operatorLink, mails }: PageSources,
): Promise<PageServer> {
  const headers = securityHeaders(facts);
  const access = new PageAccess();
  const watchers = new Set<ServerResponse>();
  const html = pageHtml(facts);
  const server = createServer((request, response) => {
    const { port } = request.socket.address() as { port: number };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const path = pathOf(request);
    if (!isForUs(request, response, port)) return;
    const asset = assets.get(path);
    if (asset !== undefined) return send(request, response, asset);
    if (!isAdmitted(access, request, response, port)) return;
    if (path === '/console' && request.method === 'POST') void sendLink(operatorLink, response);
    else if (path === '/console') sendConsole(facts, request, response);
    else if (path === '/progress' && request.method === 'GET') sendProgress(progress, watchers, response);
    else if (path === '/') send(request, response, { type: HTML, body: html });
    else if (path === '/outbox') void sendOutbox(mails, response);
    else refuse(response, 404, 'Not found.');
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', cause => {
      reject(new FobError('port-failed', { ...texts.errors.noPort(systemCode(cause)), cause }));
    });
    server.listen({ host: HOST, port: 0 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://${HOST}:${port}/?key=${access.key}`,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Asset {
  readonly type: string;
  readonly body: string;
}

const HTML = 'text/html; charset=utf-8';

/** Public files: they contain no secrets and need no key. */
const assets: ReadonlyMap<string, Asset> = new Map([
  ['/style.css', { type: 'text/css; charset=utf-8', body: pageStyle }],
  ['/page.js', { type: 'text/javascript; charset=utf-8', body: pageScript }],
  ['/console.js', { type: 'text/javascript; charset=utf-8', body: consoleScript }],
  ['/icon.svg', { type: 'image/svg+xml', body: pageIcon }],
]);

function send(request: IncomingMessage, response: ServerResponse, { type, body }: Asset): void {
  response.writeHead(200, { 'content-type': type }).end(request.method === 'HEAD' ? undefined : body);
}

/** The page in the console's frame; its form may be sent to the console's origin. */
function sendConsole({ frames }: PageFacts, request: IncomingMessage, response: ServerResponse): void {
  const { origin } = new URL(frames.operator);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    `form-action 'self' ${origin}`,
    "frame-ancestors 'self'",
  ];
  response.setHeader('content-security-policy', policy.join('; '));
  // With `no-referrer` the browser would send `Origin: null` with the form.
  response.setHeader('referrer-policy', 'same-origin');
  send(request, response, { type: HTML, body: consoleHtml });
}

async function sendLink(operatorLink: PageSources['operatorLink'], response: ServerResponse): Promise<void> {
  try {
    response.writeHead(303, { location: await operatorLink() }).end();
  } catch {
    refuse(response, 503, texts.errors.noLink);
  }
}

async function sendOutbox(mails: PageSources['mails'], response: ServerResponse): Promise<void> {
  try {
    const page = outboxHtml(await mails());
    // Only this page may frame the outbox.
    response.setHeader('content-security-policy', OUTBOX_POLICY);
    response.writeHead(200, { 'content-type': HTML }).end(page);
  } catch {
    refuse(response, 503, texts.errors.noMails);
  }
}

const OUTBOX_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

function securityHeaders({ frames }: PageFacts): Record<string, string> {
  const framed = new Set(Object.values(frames).map(address => new URL(address).origin));
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `frame-src 'self' ${[...framed].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
  };
}

/** Whether the request is for this page; otherwise it has been answered. */
function isForUs(request: IncomingMessage, response: ServerResponse, port: number): boolean {
  const { host } = request.headers;
  // Under this name the page and its frames would be different sites, and the browser would not send the operator's
  // cookie.
  if (host === `localhost:${port}`) {
    response.writeHead(307, { location: `http://${HOST}:${port}${request.url ?? '/'}` }).end();
    return false;
  }
  // Any other name is a foreign one that resolves to this computer (DNS rebinding).
  if (host !== `${HOST}:${port}`) return refuse(response, 421, 'This name is not served here.');
  const methods = pathOf(request) === '/console' ? ['GET', 'HEAD', 'POST'] : ['GET', 'HEAD'];
  if (methods.includes(request.method ?? '')) return true;
  response.setHeader('allow', methods.join(', '));
  return refuse(response, 405, 'This page can only be read.');
}

/**
 * Whether the request carries the key or cookie, and for a POST also comes from this page; otherwise it has been
 * answered.
 */
function isAdmitted(
  access: PageAccess,
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
): boolean {
  const shown = access.shownBy(request, port);
  if (shown === 'nothing') return refuse(response, 403, texts.errors.noKey);
  if (request.method === 'POST') {
    const isOurs = shown === 'cookie' && request.headers.origin === `http://${HOST}:${port}`;
    return isOurs || refuse(response, 403, texts.errors.otherPage);
  }
  if (shown === 'cookie') return true;
  response.writeHead(303, { location: '/', 'set-cookie': access.setCookie(port) }).end();
  return false;
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.slice(0, URL_CHARS_MAX).replace(/\?.*$/, '');
}

function refuse(response: ServerResponse, status: number, text: string): false {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  return false;
}

/** Server-sent events (HTML §9.2): sends the current progress, then each change. */
function sendProgress(watch: ProgressWatch, watchers: Set<ServerResponse>, response: ServerResponse): void {
  if (watchers.size >= WATCHERS_MAX) {
    refuse(response, 503, 'Too many pages are open.');
    return;
  }
  watchers.add(response);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (progress: DemoProgress) => response.write(`data: ${JSON.stringify(progress)}\n\n`);
  send(watch.now);
  const stop = watch.onChange(send);
  response.once('close', () => {
    watchers.delete(response);
    stop();
  });
}
