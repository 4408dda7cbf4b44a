import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { userLimits } from '../../base/limits/users.ts';
import { prepareSource } from '../../base/source.ts';
import { texts } from '../../base/texts/texts.ts';
import type { KnownApplication } from '../../subjects/applications/cache.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import { formBySource, pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { whenOver } from '../web/exchange.ts';
import { field } from '../web/forms.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { statusOf } from '../web/problems.ts';
import { rates } from '../web/rates.ts';
import { receiveForm, servePage } from '../web/route.ts';
import { waitingPage } from './autosend-page.ts';
import {
  type AutosendPath,
  type AwaitedLogIn,
  awaitedBy,
  forgetAwaited,
  keepAwaited,
  newSession,
} from './autosend-state.ts';
import { serviceApplicationNow } from './service-application.ts';

const HTML = 'text/html; charset=utf-8';

/** The message at the top of a form when a user returns to it. */
export interface FormAgain {
  readonly user: string;
  /** What happened, and what to do next. Absent if the user chose to type a passcode. */
  readonly message?: { readonly title: string; readonly next: string } | undefined;
}

/** One of the service's own forms, as far as it differs from the others. */
export interface AutosendForm {
  readonly path: AutosendPath;
  /** The path of the form. */
  readonly formPath: string;
  /** Returns the page that replaces the form while its application is disabled. */
  closedPage(): string;
  /** Returns the form again. */
  formPage(request: FastifyRequest, application: KnownApplication, again: FormAgain): Promise<string>;
  /** Lets a user in. @param user the canonical name @returns undefined if the user was disabled meanwhile */
  letIn(request: FastifyRequest, reply: FastifyReply, user: string): Promise<FastifyReply | undefined>;
}

interface AutosendContext {
  readonly context: WebContext;
  readonly form: AutosendForm;
}

/**
 * Serves Autosend of one of the service's own forms: `POST …/autosend` sends a request to the user's fob, `GET
 * …/autosend` waits with the number, `GET …/autosend/state` says whether there is a decision, `POST
 * …/autosend/finish` redeems it, and `POST …/autosend/cancel` leads back to the passcode. Only the browser that asked
 * can redeem the decision: it holds a secret, and the service stores its hash. Unknown users, locked ones, and users
 * whose fob cannot be asked see the same until the time is over.
 */
export function serveAutosend(app: FastifyInstance, context: WebContext, form: AutosendForm): void {
  const autosend = { context, form };
  const path = `${form.path}/autosend`;
  const page = pageBySource(context);
  const sent = formBySource(context, rates.autosend);
  receiveForm(app, path, sent, (request, reply) => start(autosend, request, reply));
  servePage(app, path, page, (request, reply) => showWaiting(autosend, request, reply));
  servePage(app, `${path}/state`, page, (request, reply) => tellState(autosend, request, reply));
  receiveForm(app, `${path}/finish`, sent, (request, reply) => finish(autosend, request, reply));
  receiveForm(app, `${path}/cancel`, sent, (request, reply) => cancel(autosend, request, reply));
}

/** Sends a request to the fob. For an unknown user the response looks the same, and takes as long. */
async function start(
  autosend: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { context, form } = autosend;
  const application = await serviceApplicationNow(context);
  if (application === undefined) return closed(autosend, reply);
  const { factors } = application;
  const [typed, password, pin] = [
    field(request.body, 'user'),
    field(request.body, 'password'),
    field(request.body, 'pin'),
  ];
  const user = typed.trim().slice(0, userLimits.userNameMax);
  const isMissing =
    user === '' || (factors === 'password_otp' && password === '') || (factors === 'pin_otp' && pin === '');
  if (isMissing) {
    const next = texts.autosend.missing[factors];
    const message = { title: texts.autosend.missingTitle, next };
    return sendForm(autosend, request, reply, { user, message, status: statusOf('malformed') });
  }
  // One browser waits for only one log-in.
  await withdraw(context, awaitedBy(context, request, form.path));
  const session = newSession();
  const push = await context.pushes.ask({
    user,
    session,
    password: factors === 'password_otp' ? password : undefined,
    pin: factors === 'pin_otp' ? pin : pin || undefined,
    applicationId: application.id,
    source: prepareSource(request.ip),
    isSourceKnown: true,
    requestId: request.id,
  });
  keepAwaited(context, reply, form.path, { ...push, session, user });
  await delayRefusal(reply);
  return reply.redirect(`${form.path}/autosend`, 303);
}

async function showWaiting(
  { context, form }: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const awaited = awaitedBy(context, request, form.path);
  if (awaited === undefined || awaited.expiresMs <= context.clock())
    return reply.redirect(form.formPath, 303);
  const service = await readServiceName(context.db);
  return reply.type(HTML).send(waitingPage({ service, path: form.path, awaited }));
}

/**
 * Delays the response until there is a decision, or for a while. It redeems nothing and does not reveal the decision.
 */
async function tellState(
  { context, form }: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const awaited = awaitedBy(context, request, form.path);
  const { id } = request.query as { readonly id?: unknown };
  // Another log-in has replaced it in this browser; the form says so.
  const isDecided =
    awaited === undefined || awaited.id !== id || (await waitFor(context, request, reply, awaited));
  return reply.type('application/json').send(JSON.stringify({ decided: isDecided }));
}

function waitFor(
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { expiresMs, ...awaited }: AwaitedLogIn,
): Promise<boolean> {
  const gone = new AbortController();
  whenOver(reply.raw, () => gone.abort());
  return context.pushes.isDecided({
    ...takenBy(context, request, awaited),
    waitMs: Math.max(0, expiresMs - context.clock()),
    signal: gone.signal,
  });
}

/** Lets a user in once after an approval. A repeat of the form, after a lost response, gets the same response. */
async function finish(
  autosend: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { context, form } = autosend;
  const awaited = awaitedBy(context, request, form.path);
  const application = await serviceApplicationNow(context);
  if (application === undefined) return closed(autosend, reply);
  const over = { title: texts.autosend.over, next: texts.autosend.overNext };
  if (awaited === undefined || awaited.id !== field(request.body, 'id'))
    return refuse(autosend, request, reply, { user: '', message: over });
  // Read first: after an acceptance nothing may fail.
  const user = await context.pushes.userOf(awaited.id);
  const outcome = await context.pushes.take(takenBy(context, request, awaited));
  if (outcome === 'waiting') {
    const service = await readServiceName(context.db);
    return reply.type(HTML).send(waitingPage({ service, path: form.path, awaited, isAsked: true }));
  }
  forgetAwaited(context, reply, form.path);
  const answer = outcome === 'accepted' ? await form.letIn(request, reply, user) : undefined;
  if (answer !== undefined) return answer;
  return refuse(autosend, request, reply, { user: awaited.user, message: over });
}

/** Returns to the passcode and withdraws the request. */
async function cancel(
  autosend: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { context, form } = autosend;
  const awaited = awaitedBy(context, request, form.path);
  const isSame = awaited !== undefined && awaited.id === field(request.body, 'id');
  if (isSame) {
    await withdraw(context, awaited);
    forgetAwaited(context, reply, form.path);
  }
  return sendForm(autosend, request, reply, { user: isSame ? awaited.user : '', status: 200 });
}

function takenBy(
  { ownApplication }: WebContext,
  { ip, id: requestId }: FastifyRequest,
  { id, session }: Pick<AwaitedLogIn, 'id' | 'session'>,
) {
  const source = prepareSource(ip);
  return { id, session, applicationId: ownApplication.id, source, requestId, idempotencyKey: id };
}

async function withdraw(context: WebContext, awaited: AwaitedLogIn | undefined): Promise<void> {
  if (awaited === undefined) return;
  const { id, session } = awaited;
  await context.pushes.withdraw({ id, session, applicationId: context.ownApplication.id });
}

async function refuse(
  autosend: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
  again: FormAgain,
): Promise<FastifyReply> {
  await delayRefusal(reply);
  return sendForm(autosend, request, reply, { ...again, status: statusOf('refused') });
}

/** Sends the form for the application as it is now: it may have changed meanwhile. */
async function sendForm(
  autosend: AutosendContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { status, ...again }: FormAgain & { readonly status: number },
): Promise<FastifyReply> {
  const application = await serviceApplicationNow(autosend.context);
  if (application === undefined) return closed(autosend, reply);
  const page = await autosend.form.formPage(request, application, again);
  return reply.code(status).type(HTML).send(page);
}

function closed({ form }: AutosendContext, reply: FastifyReply): FastifyReply {
  return reply.code(statusOf('forbidden')).type(HTML).send(form.closedPage());
}
