import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sourceKey } from '../../base/buckets.ts';
import { webLimits } from '../../base/limits/web.ts';
import { prepareSource } from '../../base/source.ts';
import { shownNumber } from '../../features/push/shown.ts';
import { sendAccepted } from '../web/accepted.ts';
import { limitKey, type WebContext } from '../web/context.ts';
import { refusalFloor } from '../web/floor.ts';
import { problemOf, sendProblem } from '../web/problems.ts';
import { admitApplicationNow, clientOf } from './kit/application.ts';
import { type AskBody, askSchema, type TakeBody, takeSchema, withdrawSchema } from './push-schemas.ts';

interface ById<B> {
  readonly Params: { readonly id: string };
  readonly Body: B;
}

/** Requests to approve on the user's fob, for applications. */
export function servePushes(app: FastifyInstance, context: WebContext): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  app.addHook('preClose', async () => context.pushes.end());
  serveAsking(app, context);
  serveTaking(app, context);
  serveWithdrawing(app, context);
}

/** Who may ask, looked at before the body is read. */
function guarded<S>(context: WebContext, schema: S) {
  const onRequest = (request: FastifyRequest) => admitApplicationNow(context, request);
  return {
    schema,
    bodyLimit: webLimits.bodyMaxBytes,
    config: { permission: 'application' },
    onRequest,
  } as const;
}

/** Takes one from the allowance of the person's address, as `/v1/validate` does. @throws Problem `too_many` */
function sourceOf(context: WebContext, request: FastifyRequest, given: string | undefined): string {
  const source = prepareSource(given ?? request.ip);
  limitKey(context, `validate:${sourceKey(source)}`, webLimits.validateBucket);
  return source;
}

/** `POST /v1/pushes`: 200 `{"id":"…","number":"07","expiresMs":1800000060000}`, the same for everybody. */
function serveAsking(app: FastifyInstance, context: WebContext): void {
  app.post<{ Body: AskBody }>('/v1/pushes', guarded(context, askSchema), async (request, reply) => {
    const { user, session, password, pin, source } = request.body;
    const { id, number, expiresMs } = await context.pushes.ask({
      user,
      session,
      password,
      pin,
      applicationId: clientOf(request).application.id,
      source: sourceOf(context, request, source),
      isSourceKnown: source !== undefined,
      requestId: request.id,
    });
    // A request that is for nobody takes as long as one for somebody.
    await refusalFloor(reply);
    return sendJson(reply, { id, number: shownNumber(number), expiresMs });
  });
}

/**
 * `POST /v1/pushes/{id}/take`: accepted 200 `{"accepted":true,"user":"ada"}`; 202 `{"state":"waiting"}` where nobody has decided
 * when the wait is over; otherwise as `/v1/validate` refuses.
 */
function serveTaking(app: FastifyInstance, context: WebContext): void {
  app.post<ById<TakeBody>>('/v1/pushes/:id/take', guarded(context, takeSchema), async (request, reply) => {
    const { session, waitMs } = request.body;
    const source = sourceOf(context, request, request.body.source);
    // Read first: nothing may fail behind a yes.
    const user = await context.pushes.userOf(request.params.id);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const key = request.headers['idempotency-key'];
    const { id: applicationId, standing } = clientOf(request).application;
    const outcome = await context.pushes.take({
      id: request.params.id,
      session,
      waitMs,
      signal: gone.signal,
      applicationId,
      standing,
      source,
      requestId: request.id,
      idempotencyKey: typeof key === 'string' ? key : undefined,
    });
    if (outcome === 'accepted') return sendAccepted(reply, user);
    await refusalFloor(reply);
    return outcome === 'waiting'
      ? sendJson(reply.code(202), { state: 'waiting' })
      : sendProblem(request, reply, 'refused');
  });
}

/** `POST /v1/pushes/{id}/withdraw`: 204, also where there is nothing to withdraw. */
function serveWithdrawing(app: FastifyInstance, context: WebContext): void {
  app.post<ById<Pick<TakeBody, 'session'>>>(
    '/v1/pushes/:id/withdraw',
    guarded(context, withdrawSchema),
    async (request, reply) => {
      sourceOf(context, request, undefined);
      const applicationId = clientOf(request).application.id;
      await context.pushes.withdraw({
        id: request.params.id,
        session: request.body.session,
        applicationId,
      });
      return reply.code(204).send();
    },
  );
}

function sendJson(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.type('application/json').send(JSON.stringify(body));
}
