import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { FobError, systemCode } from '../../errors.ts';
import type { LocalMail } from '../../service/mails/outbox.ts';
import { URL_CHARS_MAX, WATCHERS_MAX } from '../limits.ts';
import type { Progress, ProgressWatch } from '../progress.ts';
import { texts } from '../texts.ts';
import { type PageFacts, pageHtml } from './html.ts';
import { outboxHtml } from './outbox.ts';
import { pageScript } from './script.ts';
import { pageIcon, pageStyle } from './style.ts';

/** The demo's page, being served. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the page shows of the service. */
export interface PageSources {
  /** Makes a one-time link into the administrator's console: each page gets its own, as another browser needs one. */
  readonly operatorLink: () => Promise<string>;
  /** The user's mails, newest first. */
  readonly mails: () => Promise<readonly LocalMail[]>;
}

/** The name by which the page, the service and the fob's face are reached: the operator's cookie is for one site. */
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
  const watchers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { port } = request.socket.address() as { port: number };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isForUs(request, response, port)) return;
    const path = (request.url ?? '').slice(0, URL_CHARS_MAX).replace(/\?.*$/, '');
    const asset = assets.get(path);
    if (path === '/progress' && request.method === 'GET') sendProgress(progress, watchers, response);
    else if (path === '/')
      void sendPage(facts, request.method === 'GET' ? operatorLink : undefined, response);
    else if (path === '/outbox') void sendOutbox(mails, response);
    else if (asset === undefined) refuse(response, 404, 'Not found.');
    else {
      response.writeHead(200, { 'content-type': asset.type });
      response.end(request.method === 'HEAD' ? undefined : asset.body);
    }
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
    url: `http://${HOST}:${port}/`,
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

const assets: ReadonlyMap<string, Asset> = new Map([
  ['/style.css', { type: 'text/css; charset=utf-8', body: pageStyle }],
  ['/page.js', { type: 'text/javascript; charset=utf-8', body: pageScript }],
  ['/icon.svg', { type: 'image/svg+xml', body: pageIcon }],
]);

/** @param operatorLink undefined where only the head is asked for */
async function sendPage(
  facts: PageFacts,
  operatorLink: (() => Promise<string>) | undefined,
  response: ServerResponse,
): Promise<void> {
  try {
    const frames = operatorLink && { ...facts.frames, operator: await operatorLink() };
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(frames && pageHtml({ ...facts, frames }));
  } catch {
    refuse(response, 503, texts.errors.noLink);
  }
}

async function sendOutbox(mails: PageSources['mails'], response: ServerResponse): Promise<void> {
  try {
    const page = outboxHtml(await mails());
    // This page alone frames it.
    response.setHeader('content-security-policy', OUTBOX_POLICY);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
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

/** Whether the request is one for this page; one that is not has been answered. */
function isForUs(request: IncomingMessage, response: ServerResponse, port: number): boolean {
  const { host } = request.headers;
  // By this name the page would be another site than its frames, and the operator's cookie would not come.
  if (host === `localhost:${port}`) {
    response.writeHead(307, { location: `http://${HOST}:${port}/` }).end();
    return false;
  }
  // Any other is a foreign name that was pointed at this computer (DNS rebinding).
  if (host !== `${HOST}:${port}`) return refuse(response, 421, 'This name is not served here.');
  if (request.method === 'GET' || request.method === 'HEAD') return true;
  response.setHeader('allow', 'GET, HEAD');
  return refuse(response, 405, 'This page can only be read.');
}

function refuse(response: ServerResponse, status: number, text: string): false {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  return false;
}

/** Server-sent events (HTML §9.2): the progress as it is, then each change. */
function sendProgress(watch: ProgressWatch, watchers: Set<ServerResponse>, response: ServerResponse): void {
  if (watchers.size >= WATCHERS_MAX) {
    refuse(response, 503, 'Too many pages are open.');
    return;
  }
  watchers.add(response);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (progress: Progress) => response.write(`data: ${JSON.stringify(progress)}\n\n`);
  send(watch.now);
  const stop = watch.onChange(send);
  response.once('close', () => {
    watchers.delete(response);
    stop();
  });
}
