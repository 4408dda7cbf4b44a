import { Ajv, type ErrorObject } from 'ajv';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { webLimits } from '../../../base/limits/web.ts';
import { object } from '../../../base/shapes.ts';
import { refusalStatuses } from '../../../base/texts/refusals.ts';
import { narrowed, type RequestCheck, unlimited } from '../../web/access.ts';
import type { WebContext } from '../../web/context.ts';
import { FileAnswer } from '../../web/file-answer.ts';
import { Problem, problemJson, problemOf, sendProblem, statusOf } from '../../web/problems.ts';
import { type Method, serveRoute } from '../../web/route.ts';
import { serveChallenges } from '../challenge-routes.ts';
import { serveDescription } from '../describe/routes.ts';
import { actorOf, administrationAccess } from '../kit/authenticate.ts';
import { refusalJson } from '../kit/refusals.ts';
import type { ApiRoute } from '../kit/route.ts';
import { schemasOf } from '../kit/schemas.ts';
import { servePins } from '../pins.ts';
import { servePushes } from '../push-routes.ts';
import { apiRoutes } from '../routes.ts';
import { serveValidate } from '../validate.ts';
import { serveMetrics } from './metrics.ts';

const PROBLEM = 'application/problem+json';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * Serves the HTTP API: log-ins for applications, administration for operators and their programs, and its own
 * description.
 */
export function serveApi(app: FastifyInstance, context: WebContext): void {
  app.register(async applications => {
    applications.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
    serveValidate(applications, context);
    servePins(applications, context);
    serveChallenges(applications, context);
    servePushes(applications, context);
  });
  app.register(async administration => {
    checkStrictly(administration);
    administration.setErrorHandler((error, request, reply) => sendError(error, request, reply));
    serveMetrics(administration, context);
    serveDescription(administration, context);
    for (const route of apiRoutes) serveAdministration(administration, context, route);
    refuseOtherMethods(administration);
  });
}

/** Values in an address are text and may be converted to numbers; values in a body are never converted. */
function checkStrictly(app: FastifyInstance): void {
  const options = { strict: true, allowUnionTypes: true, removeAdditional: false } as const;
  const ofBody = new Ajv({ ...options, coerceTypes: false });
  const ofAddress = new Ajv({ ...options, coerceTypes: true });
  app.setValidatorCompiler<object>(({ schema, httpPart }) =>
    (httpPart === 'body' ? ofBody : ofAddress).compile(schema),
  );
}

function serveAdministration(app: FastifyInstance, context: WebContext, route: ApiRoute): void {
  const {
    name,
    summary,
    method,
    path,
    body,
    params,
    query,
    answer,
    permission,
    example,
    refusals,
    status = 200,
  } = route;
  const access = administrationAccess(context, permission);
  serveRoute(app, {
    method,
    path,
    access: narrowed(access, { afterBody: [refuseNul] }),
    bodyMaxBytes: route.bodyMaxBytes ?? administrationLimits.administrationBodyMaxBytes,
    schema: schemasOf({ params, query: query ?? noQuery, body, answers: { [status]: answer } }),
    operation: { name, summary, example, refusals },
    hasHead: method === 'GET',
    handle: (request, reply) => answerTo(route, context, request, reply),
  });
}

const noQuery = object({});

async function refuseNul({ params, query, body }: FastifyRequest): Promise<void> {
  if ([params, query, body].some(holdsNul)) throw new Problem('malformed');
}

/** Whether any text in a value contains U+0000, which PostgreSQL can neither store nor look up. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNul);
}

async function answerTo(
  route: ApiRoute,
  context: WebContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { management } = context;
  const { params, query, body } = request;
  const actor = actorOf(request);
  const result = await route.handle({ context, management, actor, params, query, body, request });
  if (!result.ok) {
    const { code, text } = result.refusal;
    return reply
      .code(refusalStatuses[code])
      .type(PROBLEM)
      .send(refusalJson(code, request.id, text));
  }
  if (route.method !== 'GET') {
    context.changes.announce();
    // The action may have stored a job; waking without one costs only a query.
    context.wakeJobs();
  }
  if (result.value instanceof FileAnswer) return result.value.sendTo(reply);
  return reply.code(route.status ?? 200).send(result.value);
}

/** Answers OPTIONS with the methods of an address, and refuses other methods. */
function refuseOtherMethods(app: FastifyInstance): void {
  const anybody = unlimited('it says what the description says, and reads nothing');
  const bodyMaxBytes = webLimits.bodyMaxBytes;
  for (const path of new Set(apiRoutes.map(route => route.path))) {
    const own = new Set<Method>(apiRoutes.filter(route => route.path === path).map(({ method }) => method));
    if (own.has('GET')) own.add('HEAD');
    const allow = [...own, 'OPTIONS'].join(', ');
    serveRoute(app, {
      method: 'OPTIONS',
      path,
      access: anybody,
      bodyMaxBytes,
      handle: (_request, reply) => reply.header('allow', allow).code(204).send(),
    });
    const refuse: RequestCheck = async (_request, reply) => {
      reply.header('allow', allow);
      throw new Problem('wrong_method');
    };
    serveRoute(app, {
      method: METHODS.filter(method => !own.has(method)),
      path,
      access: narrowed(anybody, { beforeBody: [refuse] }),
      bodyMaxBytes,
      handle: () => undefined,
    });
  }
}

interface FieldProblem {
  readonly field: string;
  readonly detail: string;
}

/** Sends a problem; for a schema violation with the names of the fields. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = problemOf(error);
  const fields = fieldProblems(error);
  if (code !== 'malformed' || fields.length === 0) return sendProblem(request, reply, code);
  const problem = JSON.parse(problemJson(code, request.id)) as Record<string, unknown>;
  return reply
    .code(statusOf(code))
    .type(PROBLEM)
    .send(JSON.stringify({ ...problem, fields }));
}

function fieldProblems(error: unknown): FieldProblem[] {
  if (typeof error !== 'object' || error === null || !('validation' in error)) return [];
  const { validation } = error;
  const context = 'validationContext' in error ? String(error.validationContext) : 'body';
  const where = { querystring: 'query', params: 'path' }[context] ?? context;
  if (!Array.isArray(validation)) return [];
  return (validation as ErrorObject[]).slice(0, administrationLimits.problemFieldsMax).map(found => ({
    field: fieldOf(where, found),
    // The message names the rule, never the sent value.
    detail: found.message ?? '',
  }));
}

function fieldOf(where: string, { instancePath, params }: ErrorObject): string {
  const { missingProperty, additionalProperty } = params as Record<string, unknown>;
  const name = missingProperty ?? additionalProperty;
  // A name that no field could have may be a misplaced secret.
  const isName = typeof name === 'string' && /^[a-zA-Z][\w-]*$/.test(name);
  const shown = isName && name.length <= administrationLimits.fieldNameShownMax ? `/${name}` : '';
  return `${where}${instancePath}${shown}`;
}
