import { PassThrough } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ApiRefusal, apiOf, type Decision, type ServiceAccess } from './api.ts';
import {
  BODY_BYTES_MAX,
  PASSCODE_CHARS_MAX,
  POLL_MS,
  SESSION_MS,
  STREAM_BEAT_MS,
  STREAMS_MAX,
  USER_CHARS_MAX,
} from './limits.ts';
import { type Frame, loginPage, problemPage, type Trouble, waitingPage, welcomePage } from './pages.ts';
import { changed, type ExampleSession, Sessions } from './sessions.ts';
import { icon, styleSheet, waitingScript } from './style.ts';
import { texts } from './texts.ts';

/** The port of the application, and its name. */
export interface ExampleOptions extends ServiceAccess {
  /** 0 for any free port. */
  readonly port: number;
  readonly name?: string;
  /** Whether pages of this computer may show the application in a frame. */
  readonly embeddable?: boolean;
}

/** The application, listening on this computer. */
export interface Example {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const HTML = 'text/html; charset=utf-8';

/** Everything the routes use. */
interface RouteContext {
  readonly app: FastifyInstance;
  readonly frame: (request: FastifyRequest) => Frame;
  readonly api: ReturnType<typeof apiOf>;
  readonly sessions: Sessions;
  /** The cookie's name. It contains the port, so that two examples on one computer do not log each other out. */
  readonly cookie: () => string;
}

/** Starts the example application. @throws Error if it cannot listen */
export async function startExample(options: ExampleOptions): Promise<Example> {
  const app = Fastify({ logger: false, bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  const api = apiOf(options);
  const sessions = new Sessions(api);
  const { name = 'Example' } = options;
  const frame = ({ headers }: FastifyRequest) => ({ name, isFramed: headers['sec-fetch-dest'] === 'iframe' });
  let port = 0;
  const routeContext: RouteContext = { app, frame, api, sessions, cookie: () => `example-${port}` };
  guard(routeContext, options.embeddable ?? false, () => port);
  servePages(routeContext);
  serveWaiting(routeContext);
  serveFiles(app);
  await app.listen({ host: HOST, port: options.port });
  ({ port } = app.server.address() as { port: number });
  return {
    url: `http://${HOST}:${port}`,
    async close() {
      sessions.close();
      await app.close();
      await api.close();
    },
  };
}

/** A status, and the sentence to show. */
type Refusal = readonly [number, string];

/** Sets security headers, and refuses other host names and forms of other sites. */
function guard({ app, frame }: RouteContext, isEmbeddable: boolean, port: () => number): void {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${isEmbeddable ? 'http://127.0.0.1:*' : "'none'"}`,
  ].join('; ');
  const refuse = (request: FastifyRequest, reply: FastifyReply, [status, sentence]: Refusal) =>
    reply
      .code(status)
      .type(HTML)
      .send(problemPage(frame(request), sentence));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-site',
      'cache-control': 'no-store',
    });
    const own = [`${HOST}:${port()}`, `localhost:${port()}`];
    if (!own.includes(request.host)) return refuse(request, reply, [421, texts.problems.notFound]);
    if (request.method !== 'GET' && !isOwnForm(request))
      return refuse(request, reply, [403, texts.problems.foreign]);
    return undefined;
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.setNotFoundHandler((request, reply) => refuse(request, reply, [404, texts.problems.notFound]));
  app.setErrorHandler((error: { statusCode?: number }, request, reply) =>
    refuse(request, reply, [error.statusCode ?? 500, texts.problems.failed]),
  );
}

function isOwnForm(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  return site === undefined ? request.headers.origin === `http://${request.host}` : site === 'same-origin';
}

/** `GET /` shows the page for the state of the session; `POST /login` and `/logout` change the state. */
function servePages(routeContext: RouteContext): void {
  const { app, frame, sessions } = routeContext;
  app.get('/', (request, reply) => {
    const session = sessionOf(routeContext, request);
    reply.type(HTML);
    if (session === undefined) return reply.send(loginPage(frame(request)));
    const { standing } = session;
    if (standing.state === 'waiting')
      return reply.send(waitingPage(frame(request), standing.user, standing.push));
    if (standing.state === 'accepted') return reply.send(welcomePage(frame(request), standing.user));
    sessions.end(session);
    const trouble = standing.state === 'refused' ? 'push' : 'silent';
    return reply.send(loginPage(frame(request), standing.user, trouble));
  });

  app.post('/login', async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const user = (form.get('user') ?? '').trim().slice(0, USER_CHARS_MAX);
    const passcode = (form.get('passcode') ?? '').slice(0, PASSCODE_CHARS_MAX);
    // A new attempt ends the previous one, and withdraws its push.
    const before = sessionOf(routeContext, request);
    if (before !== undefined) sessions.end(before);
    if (form.get('by') === 'nothing') return reply.redirect('/', 303);
    const trouble = await logIn(routeContext, reply, {
      user,
      passcode,
      isPush: form.get('by') === 'push',
      source: request.ip,
    });
    if (trouble === undefined) return reply.redirect('/', 303);
    return reply
      .code(STATUS[trouble])
      .type(HTML)
      .send(loginPage(frame(request), user, trouble));
  });

  app.post('/logout', (request, reply) => {
    const session = sessionOf(routeContext, request);
    if (session !== undefined) sessions.end(session);
    return reply.header('set-cookie', cookieText(routeContext.cookie(), '', 0)).redirect('/', 303);
  });
}

const STATUS: Readonly<Record<Trouble, number>> = {
  passcode: 403,
  push: 403,
  missing: 400,
  silent: 503,
  busy: 429,
};

interface Attempt {
  readonly user: string;
  /** A secret until it is used. */
  readonly passcode: string;
  readonly isPush: boolean;
  readonly source: string;
}

/** Validates the passcode, or sends a push. @returns what to tell the user if the log-in failed */
async function logIn(
  routeContext: RouteContext,
  reply: FastifyReply,
  { user, passcode, isPush, source }: Attempt,
): Promise<Trouble | undefined> {
  const { api, sessions } = routeContext;
  if (user === '' || (passcode === '' && !isPush)) return 'missing';
  const decided = isPush
    ? await sessions.send(user, source)
    : letInWhere(sessions, await api.validate({ user, passcode, source }));
  if (typeof decided === 'string') return decided === 'refused' ? 'passcode' : decided;
  reply.header('set-cookie', cookieText(routeContext.cookie(), decided.value, SESSION_MS));
  return undefined;
}

function letInWhere(sessions: Sessions, decision: Decision): ExampleSession | ApiRefusal {
  return typeof decision === 'object' ? sessions.letIn(decision.user) : decision;
}

/** Tells the waiting page about a decision: `GET /events`, or `GET /state` where event streams are blocked. */
function serveWaiting(routeContext: RouteContext): void {
  const { app } = routeContext;
  let streams = 0;
  app.get('/state', (request, reply) =>
    reply.send({ state: sessionOf(routeContext, request)?.standing.state ?? 'over' }),
  );
  app.get('/events', (request, reply) => {
    const session = sessionOf(routeContext, request);
    if (session === undefined) return reply.code(404).send();
    if (streams >= STREAMS_MAX) return reply.code(503).send(texts.problems.tooMany);
    streams++;
    const stream = new PassThrough();
    const ending = new AbortController();
    const beat = setInterval(() => stream.write(':\n\n'), STREAM_BEAT_MS);
    stream.once('close', () => {
      streams--;
      clearInterval(beat);
      ending.abort();
    });
    stream.write(':\n\n');
    void tellDecision(session, stream, ending.signal);
    return reply.type('text/event-stream').send(stream);
  });
}

async function tellDecision(
  session: ExampleSession,
  stream: PassThrough,
  signal: AbortSignal,
): Promise<void> {
  while (session.standing.state === 'waiting' && !session.ending.signal.aborted && !signal.aborted)
    await changed(session, signal);
  if (!stream.destroyed) stream.end('event: decided\ndata:\n\n');
}

function serveFiles(app: FastifyInstance): void {
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/style.css': ['text/css; charset=utf-8', styleSheet],
    '/waiting.js': ['text/javascript; charset=utf-8', waitingScript(POLL_MS)],
    '/icon.svg': ['image/svg+xml', icon],
  };
  for (const [path, [type, body]] of Object.entries(files))
    app.get(path, (_request, reply) => reply.type(type).send(body));
}

function sessionOf({ sessions, cookie }: RouteContext, request: FastifyRequest): ExampleSession | undefined {
  const name = `${cookie()}=`;
  const pair = request.headers.cookie?.split('; ').find(one => one.startsWith(name));
  return sessions.find(pair?.slice(name.length));
}

function cookieText(name: string, value: string, lifeMs: number): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.round(lifeMs / 1000)}`;
}
