import type { FastifyInstance, FastifyReply } from 'fastify';
import { helpLink } from '../addresses/help-page.ts';
import { type Field, fieldMarkup } from '../console/kit/fields.ts';
import { limits } from '../limits.ts';
import { meTexts } from '../texts/me.ts';
import { texts } from '../texts.ts';
import { limitSource, type WebContext } from '../web/context.ts';
import { refusalFloor } from '../web/floor.ts';
import { field } from '../web/forms.ts';
import { refuseCrossSite } from '../web/guard.ts';
import { html } from '../web/html.ts';
import { brand, renderPage } from '../web/layout.ts';
import { statusOf } from '../web/problems.ts';
import { HTML } from './desk.ts';
import { findLink } from './find.ts';
import { attemptField, passcodeField, pinField } from './home-page.ts';
import { ME, messageMarkup, ownHead } from './layout.ts';
import { enterByPasscode, enterByTicket } from './sessions.ts';
import { giveUserCookie, originOf } from './visit.ts';

/** The ways in: the ticket that an enrolment ends with, and a passcode. Refusals look alike whatever their reason. */
export function serveOwnEntry(app: FastifyInstance, context: WebContext): void {
  app.get(`${ME}/sign-in`, (request, reply) => {
    limitSource(context, request, 'source', limits.sourceBucket);
    return reply.type(HTML).send(signInPage());
  });

  app.post(`${ME}/sign-in`, { onRequest: refuseCrossSite }, async (request, reply) => {
    limitSource(context, request, 'form', limits.formBucket);
    const { body } = request;
    const user = field(body, 'user');
    const origin = originOf(request);
    const session = await enterByPasscode(
      context.management,
      asked =>
        context.decide({
          ...asked,
          ...origin,
          applicationId: context.ownApplication.id,
          idempotencyKey: field(body, 'attempt'),
        }),
      { ...origin, user, passcode: field(body, 'passcode'), pin: field(body, 'pin') || undefined },
    );
    if (session === undefined) {
      const { refused, refusedNext } = texts.login;
      return refuse(reply, {
        user: user.slice(0, limits.userNameMax),
        text: `${refused.otp} ${refusedNext}`,
      });
    }
    giveUserCookie(context, reply, session);
    return reply.redirect(ME, 303);
  });

  app.post(`${ME}/enter`, { onRequest: refuseCrossSite }, async (request, reply) => {
    limitSource(context, request, 'form', limits.formBucket);
    const ticket = field(request.body, 'ticket');
    const session = await enterByTicket(context.management, ticket, originOf(request));
    if (session === undefined) return refuse(reply, { user: '', text: meTexts.signIn.ticketUsed });
    giveUserCookie(context, reply, session);
    return reply.redirect(ME, 303);
  });
}

interface Refused {
  /** What was typed as user name. */
  readonly user: string;
  readonly text: string;
}

async function refuse(reply: FastifyReply, refused: Refused): Promise<FastifyReply> {
  await refusalFloor(reply);
  return reply.code(statusOf('refused')).type(HTML).send(signInPage(refused));
}

function signInPage(refused?: Refused): string {
  const { signIn, problem } = meTexts;
  const user: Field = {
    name: 'user',
    label: texts.login.user,
    max: limits.userNameMax,
    autocomplete: 'username',
    value: refused?.user ?? '',
  };
  const fields = [attemptField(), user, pinField(), passcodeField('passcode', texts.login.passcode)];
  return renderPage({
    title: refused === undefined ? signIn.title : `${problem}: ${signIn.title}`,
    head: ownHead(),
    body: html`<body class="narrow">
${brand()}
<main class="card">
<h1>${signIn.title}</h1>
<p class="lead">${signIn.lead}</p>
${refused === undefined ? html`` : messageMarkup({ tone: 'bad', text: refused.text })}
<form method="post" action="${ME}/sign-in">
${fields.map(one => fieldMarkup(one))}
<button type="submit">${signIn.submit}</button>
</form>
${findLink()}
<p class="next"><a href="/activate">${signIn.activate}</a></p>
${helpLink()}
</main>
</body>`,
  });
}
