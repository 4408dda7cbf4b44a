import type { FastifyInstance, FastifyReply } from 'fastify';
import { html } from '../../base/html.ts';
import type { Factors } from '../../base/kinds.ts';
import { userLimits } from '../../base/limits/users.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import { texts } from '../../base/texts/texts.ts';
import { asksServicePin } from '../../subjects/users/pin.ts';
import { enterAccepted, enterByPasscode, signInByToken } from '../../subjects/users/user-sessions.ts';
import { helpLink } from '../addresses/help-page.ts';
import { autosendButton } from '../login/autosend-page.ts';
import { type AutosendForm, serveAutosend } from '../login/autosend-routes.ts';
import { refusalText } from '../login/login-page.ts';
import { duePinPage } from '../login/pin-routes.ts';
import { decideTyped, serviceApplicationNow } from '../login/service-application.ts';
import { formBySource, pageBySource } from '../web/access.ts';
import type { WebContext } from '../web/context.ts';
import { type FormField, fieldMarkup } from '../web/fields.ts';
import { field } from '../web/forms.ts';
import { brand, messagePage, renderPage } from '../web/layout.ts';
import { delayRefusal } from '../web/minimum-response-time.ts';
import { statusOf } from '../web/problems.ts';
import { receiveForm, servePage } from '../web/route.ts';
import { attemptField, logInFields, type SignInFacts, signInFacts } from './fields.ts';
import { findLink } from './find.ts';
import { messageMarkup, renderSelfService, SELF_SERVICE, selfServiceHead } from './layout.ts';
import { firstPinPage } from './pin.ts';
import { giveUserCookie, originOf, selfServiceContextBy, typedIn } from './request-context.ts';
import { HTML } from './router.ts';

/** Autosend at the self-service page. */
function ownAutosend(context: WebContext): AutosendForm {
  return {
    path: SELF_SERVICE,
    formPath: `${SELF_SERVICE}/sign-in`,
    closedPage: () => messagePage(texts.login.closedTitle, selfServiceTexts.signIn.closed),
    formPage: async (_request, { factors }, { user, message: said }) =>
      signInPage(factors, await signInFacts(context.db), {
        user,
        text: said && `${said.title} ${said.next}`,
      }),
    letIn: async (request, reply, user) => {
      const session = await enterAccepted(context.management, { ...originOf(request), user }, 'push');
      if (session === undefined) return undefined;
      giveUserCookie(context, reply, session);
      return reply.redirect(SELF_SERVICE, 303);
    },
  };
}

/**
 * Serves the sign-ins: by the ticket at the end of an enrolment, and by the factors of the service's own application,
 * as at `/login`. While that is disabled only a ticket opens the page. Refusals look alike whatever their reason.
 */
export function serveSelfServiceEntry(app: FastifyInstance, context: WebContext): void {
  serveAutosend(app, context, ownAutosend(context));
  servePage(app, `${SELF_SERVICE}/sign-in`, pageBySource(context), async (_request, reply) => {
    const application = await serviceApplicationNow(context);
    if (application === undefined) return closed(reply);
    return reply.type(HTML).send(signInPage(application.factors, await signInFacts(context.db)));
  });

  receiveForm(app, `${SELF_SERVICE}/sign-in`, formBySource(context), async (request, reply) => {
    const asked = await serviceApplicationNow(context);
    if (asked === undefined) return closed(reply);
    const user = field(request.body, 'user');
    let outcome: Outcome | undefined;
    const session = await enterByPasscode(
      context.management,
      async () => {
        outcome = await decideTyped(context, asked, { ...typedIn(request), user });
        return outcome;
      },
      { ...originOf(request), user },
    );
    const pinPage = outcome === 'new_pin' ? await duePinPage(context, user, 'me') : undefined;
    if (pinPage !== undefined) return reply.type(HTML).send(pinPage);
    if (session !== undefined) {
      giveUserCookie(context, reply, session);
      return reply.redirect(SELF_SERVICE, 303);
    }
    // It may have changed meanwhile: answer with the current form.
    const application = await serviceApplicationNow(context);
    if (application === undefined) return closed(reply);
    const { factors } = application;
    const { what, next } = refusalText({ factors, asksPin: await asksServicePin(context.db) });
    return refuse(context, reply, factors, {
      user: user.slice(0, userLimits.userNameMax),
      text: `${what} ${next}`,
    });
  });

  receiveForm(app, `${SELF_SERVICE}/enter`, formBySource(context), async (request, reply) => {
    const ticket = field(request.body, 'ticket');
    const session = await signInByToken(context.management, ticket, originOf(request));
    if (session === undefined) {
      const application = await serviceApplicationNow(context);
      // Without the form, which is closed while its application is disabled.
      if (application === undefined)
        return message(reply, selfServiceTexts.signIn.title, selfServiceTexts.signIn.ticketOld);
      return refuse(context, reply, application.factors, {
        user: '',
        text: selfServiceTexts.signIn.ticketUsed,
      });
    }
    giveUserCookie(context, reply, session);
    // A new fob may require a PIN that its user lacks: the user chooses it first.
    const visit = await selfServiceContextBy(context, request, session.value);
    const page = visit && (await firstPinPage(visit));
    if (visit === undefined || page === undefined) return reply.redirect(SELF_SERVICE, 303);
    return reply.type(HTML).send(renderSelfService(page, visit));
  });
}

interface Refused {
  /** The typed user name. */
  readonly user: string;
  readonly text: string | undefined;
}

async function refuse(
  { db }: WebContext,
  reply: FastifyReply,
  factors: Factors,
  refused: Refused,
): Promise<FastifyReply> {
  await delayRefusal(reply);
  return reply
    .code(statusOf('refused'))
    .type(HTML)
    .send(signInPage(factors, await signInFacts(db), refused));
}

/** Sends the page that replaces the form while its application is disabled. */
function closed(reply: FastifyReply): FastifyReply {
  return message(reply, texts.login.closedTitle, selfServiceTexts.signIn.closed);
}

function message(reply: FastifyReply, title: string, text: string): FastifyReply {
  return reply.code(statusOf('forbidden')).type(HTML).send(messagePage(title, text));
}

function signInPage(
  factors: Factors,
  { service, isNumber, asksPin }: SignInFacts,
  refused?: Refused,
): string {
  const { signIn, problem } = selfServiceTexts;
  const user: FormField = {
    name: 'user',
    label: texts.login.user,
    max: userLimits.userNameMax,
    autocomplete: 'username',
    value: refused?.user ?? '',
  };
  const fields = [attemptField(), user, ...logInFields(factors, isNumber, asksPin)];
  return renderPage({
    service,
    title: refused?.text === undefined ? signIn.title : `${problem}: ${signIn.title}`,
    head: selfServiceHead(),
    body: html`<body class="narrow">
${brand(service)}
<main class="card">
<h1>${signIn.title}</h1>
<p class="lead">${signIn.lead}</p>
${refused?.text === undefined ? html`` : messageMarkup({ tone: 'bad', text: refused.text })}
<form method="post" action="${SELF_SERVICE}/sign-in">
${fields.map(one => fieldMarkup(one))}
<button type="submit">${signIn.submit}</button>
${autosendButton(SELF_SERVICE)}
</form>
${findLink()}
<p class="next"><a href="/activate">${signIn.activate}</a></p>
${helpLink()}
</main>
</body>`,
  });
}
