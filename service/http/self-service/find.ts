import type { FastifyInstance, FastifyRequest } from 'fastify';
import { html, type Markup, nothing } from '../../base/html.ts';
import { selfServiceLimits } from '../../base/limits/self-service.ts';
import { userLimits } from '../../base/limits/users.ts';
import { refused } from '../../base/results.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import { resyncTokenOfUser, searchForNobody } from '../../subjects/tokens/codes/resync.ts';
import { readServiceName } from '../../subjects/users/settings.ts';
import { userActor } from '../../subjects/users/user-sessions.ts';
import { findUser, prepareUserName } from '../../subjects/users/users.ts';
import { helpLink } from '../addresses/help-page.ts';
import { alsoLimited, formBySource, pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { type FormField, fieldMarkup } from '../web/fields.ts';
import { field } from '../web/forms.ts';
import { brand, messagePage, renderPage } from '../web/layout.ts';
import { untilMinimumTime } from '../web/minimum-response-time.ts';
import { Problem, statusOf } from '../web/problems.ts';
import { rates } from '../web/rates.ts';
import { receiveForm, servePage } from '../web/route.ts';
import { passcodeField, type SignInFacts, signInFacts } from './fields.ts';
import { messageMarkup, SELF_SERVICE, selfServiceHead } from './layout.ts';
import { originOf } from './request-context.ts';
import { HTML } from './router.ts';

/** The page that resynchronises a fob whose passcodes are all refused. */
const FIND = `${SELF_SERVICE}/find`;

/**
 * `GET` and `POST /me/find`: resynchronises a fob by two passcodes in a row, for users who cannot sign in with one.
 * It lets nobody in. Every refusal is the same page after the same time: an unknown user, a locked account, a miss.
 */
export function serveFind(app: FastifyInstance, context: WebContext): void {
  let underWay = 0;

  servePage(app, FIND, pageBySource(context), async (_request, reply) =>
    reply.type(HTML).send(findPage(await signInFacts(context.db))),
  );

  const typedName = ({ body }: FastifyRequest) => prepareUserName(field(body, 'user')) ?? '';
  const access = alsoLimited(context, formBySource(context), rates.find, typedName);
  receiveForm(app, FIND, access, async (request, reply) => {
    const user = field(request.body, 'user');
    // One request computes thousands of passcodes, and log-ins must not wait for many of them.
    if (underWay >= selfServiceLimits.findsAtOnce) throw new Problem('unavailable');
    underWay++;
    const result = await find(context, request, user).finally(() => underWay--);
    reply.type(HTML);
    if (!result.ok) {
      await untilMinimumTime(() => reply.elapsedTime, selfServiceLimits.findFloorMs);
      const typed = user.slice(0, userLimits.userNameMax);
      return reply.code(statusOf('refused')).send(findPage(await signInFacts(context.db), { user: typed }));
    }
    context.changes.announce();
    const { resync } = selfServiceTexts;
    const said = result.value.clockIsOff ? resync.clockOff : resync.done;
    const service = await readServiceName(context.db);
    return reply.send(messagePage(resync.foundTitle, said, html`${logInLink()}${signInLink()}`, service));
  });
}

async function find({ management }: WebContext, request: FastifyRequest, typed: string) {
  const { body } = request;
  const two = { first: field(body, 'first'), second: field(body, 'second') };
  const user = await findUser(management.db, prepareUserName(typed) ?? '');
  if (user === undefined) {
    await searchForNobody(management, two);
    return refused('unknown_user');
  }
  const actor = userActor(user.name, originOf(request));
  return await resyncTokenOfUser(management, actor, { ...two, userId: user.id });
}

/** @param refusal the typed user name of a form that found nothing */
function findPage({ service, isNumber }: SignInFacts, refusal?: { readonly user: string }): string {
  const { resync, problem } = selfServiceTexts;
  const user: FormField = {
    name: 'user',
    label: texts.login.user,
    max: userLimits.userNameMax,
    autocomplete: 'username',
    value: refusal?.user ?? '',
  };
  const fields = [
    user,
    passcodeField('first', resync.first, isNumber),
    passcodeField('second', resync.second, isNumber),
  ];
  return renderPage({
    service,
    title: refusal === undefined ? resync.title : `${problem}: ${resync.title}`,
    head: selfServiceHead(),
    body: html`<body class="narrow">
${brand(service)}
<main class="card">
<h1>${resync.title}</h1>
<p class="lead">${resync.formLead}</p>
${refusal === undefined ? nothing : messageMarkup({ tone: 'bad', text: resync.refused })}
<form method="post" action="${FIND}">
${fields.map(one => fieldMarkup(one))}
<button type="submit">${resync.submit}</button>
</form>
${signInLink()}
${helpLink()}
</main>
</body>`,
  });
}

/** A user who was refused there wanted to log in. */
function logInLink(): Markup {
  return html`<p class="next"><a href="/login">${texts.pinForm.ways.login}</a></p>`;
}

function signInLink(): Markup {
  return html`<p class="next"><a href="${SELF_SERVICE}/sign-in">${selfServiceTexts.signIn.submit}</a></p>`;
}

/** Returns the link to it, for refusals of a passcode. */
export function findLink(): Markup {
  return html`<p class="next">${selfServiceTexts.resync.heading} <a href="${FIND}">${selfServiceTexts.resync.link}</a></p>`;
}
