import { inGroups, readActivationString } from 'passfob/activation/activation-string';
import { qrSvg } from 'passfob/activation/qr-svg';
import { html, Markup, nothing } from '../../../base/html.ts';
import { enrolmentLimits } from '../../../base/limits/enrolment.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { heldStates } from '../../../base/token-states.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { ActivationFobs } from '../../../storage/schema/schema.ts';
import {
  activationInTheWay,
  type MadeActivation,
  resendActivationFor,
  revokeActivation,
  startActivation,
} from '../../../subjects/enrolment/activations.ts';
import { requestFob } from '../../../subjects/enrolment/requests.ts';
import { type ActivationView, viewActivation } from '../../../subjects/enrolment/views.ts';
import { readMailServer } from '../../../subjects/mail/server.ts';
import { ownsAnyFob } from '../../../subjects/tokens/fobs.ts';
import { listTokensOf } from '../../../subjects/tokens/views.ts';
import type { UserDetail } from '../../../subjects/users/user-views.ts';
import type { FormField } from '../../web/fields.ts';
import { copyButton, moment, onceShown } from '../../web/parts.ts';
import { fieldOf } from '../kit/acts.ts';
import { type FormPage, type FormView, type Refusal, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleResponse, type ConsoleRouter, missingPage } from '../kit/router.ts';
import { userOf } from '../users/detail.ts';

const text = consoleTexts.activations;
const HOUR_MS = 3_600_000;

/** Serves the forms that start, resend and revoke activations. */
export function serveActivationForms(router: ConsoleRouter): void {
  serveForm(router, startForm);
  serveForm(router, askForm);
  serveForm(router, resendForm);
  serveForm(router, revokeForm);
}

const startForm: FormPage<MadeActivation> = {
  path: '/user/activate',
  action: startActivation.row.permission,
  async view(visit) {
    const user = await userOf(visit);
    if (user === undefined) return { instead: missingPage('unknown_user') };
    const { db } = visit.management;
    const { row } = startActivation;
    const field = await replacesField(visit, user, text.replacesNone);
    return {
      title: text.createFor(user.name),
      lead: text.createLead,
      submit: text.create,
      back: at('/user', { user: user.name }),
      fields: [
        { name: 'user', label: '', kind: 'hidden', value: user.name },
        await fieldOf(row, 'serial', db, { offer: undefined }),
        await fobsField(visit),
        await fieldOf(row, 'policy', db, { value: '' }),
        { ...field, hint: text.replacesHint },
        await fieldOf(row, 'lifetimeMs', db, { value: enrolmentLimits.activationMs }),
        await deliveryField(db, user.email),
      ],
    };
  },
  run: ({ management, actor, value }) =>
    startActivation(management, actor, {
      user: value('user'),
      serial: value('serial').trim() || undefined,
      fobs: value('fobs') === 'any' ? 'any' : 'owned',
      policy: value('policy') || undefined,
      replaces: value('replaces') || undefined,
      lifetimeMs: Number(value('hours')) * HOUR_MS,
      delivery: deliveryOf(value('delivery')),
    }),
  remedy: startRemedy,
  done: madePage,
};

/** An activation that is in the way can be replaced or revoked. */
async function startRemedy(visit: ConsoleContext, { code }: Refusal): Promise<Markup | undefined> {
  if (code !== 'activation_open') return undefined;
  const user = visit.value('user');
  const id = await activationInTheWay(visit.management, {
    user,
    serial: visit.value('serial').trim() || undefined,
  });
  return id === undefined
    ? undefined
    : html`${(['resend', 'revoke'] as const).map(act =>
        visit.may(`activation.${act}`)
          ? html`<a href="${at(`/activation/${act}`, { id })}">${act === 'resend' ? text.replace : text.revoke}<span class="unseen"> ${user}</span></a> `
          : nothing,
      )}`;
}

/** Returns the choice of fobs. Where the service owns none, an activation for owned fobs alone is of no use. */
async function fobsField({ management, value }: ConsoleContext): Promise<FormField> {
  const isOwner = await ownsAnyFob(management.db);
  return {
    ...(await fieldOf(startActivation.row, 'fobs', management.db, {
      value: value('fobs') || (isOwner ? 'owned' : 'any'),
    })),
    hint: isOwner ? text.fobsHint : `${text.noneOwned} ${text.fobsHint}`,
  };
}

/** The help desk issues nothing: it asks the administrators. */
const askForm: FormPage<{ readonly user: string }> = {
  path: '/user/ask-fob',
  action: requestFob.row.permission,
  async view(visit) {
    const user = await userOf(visit);
    if (user === undefined) return { instead: missingPage('unknown_user') };
    const hidden = { name: 'user', label: '', kind: 'hidden', value: user.name } as const;
    return {
      title: text.askFor(user.name),
      lead: text.askLead,
      submit: text.ask,
      back: at('/user', { user: user.name }),
      fields: [hidden, await replacesField(visit, user, text.spare)],
    };
  },
  run: ({ management, actor, value }) =>
    requestFob(management, actor, { user: value('user'), replaces: value('replaces') || undefined }),
  done: (_context, { user }) => ({ to: at('/user', { user, done: 'fobAsked' }) }),
};

/** @param none the choice of no token */
async function replacesField(
  { management: { db }, value }: ConsoleContext,
  user: UserDetail,
  none: string,
): Promise<FormField> {
  const tokens = (await listTokensOf(db, user)).filter(({ state }) => heldStates.includes(state));
  return {
    ...(await fieldOf(requestFob.row, 'replaces', db, { value: value('replaces') })),
    kind: 'select',
    options: [['', none], ...tokens.map(({ serial }) => [serial, serial] as const)],
  };
}

async function deliveryField(db: Db, email: string | null): Promise<FormField> {
  const inPerson = ['shown', text.shown] as const;
  const options = email === null ? [inPerson] : [['mail', text.byMail(email)] as const, inPerson];
  const field = await fieldOf(startActivation.row, 'delivery', db, { value: undefined });
  return { ...field, kind: 'select', options, optional: false };
}

function deliveryOf(value: string) {
  return value === 'shown' ? 'shown' : 'mail';
}

/** Returns a form about the activation in the address. */
async function viewOf(
  visit: ConsoleContext,
  make: (activation: ActivationView) => Promise<Omit<FormView, 'back'>>,
): ReturnType<FormPage<unknown>['view']> {
  const activation = await activationOf(visit);
  if (activation === undefined) return { instead: missingPage('unknown_activation') };
  const view = await make(activation);
  const subject: FormField = { name: 'id', label: '', kind: 'hidden', value: activation.id };
  return { ...view, fields: [subject, ...view.fields], back: at('/user', { user: activation.user }) };
}

function activationOf({
  management: { db, clock },
  value,
}: ConsoleContext): Promise<ActivationView | undefined> {
  return viewActivation(db, value('id'), clock());
}

const resendForm: FormPage<MadeActivation> = {
  path: '/activation/resend',
  action: resendActivationFor.row.permission,
  view: visit =>
    viewOf(visit, async activation => {
      const { user } = activation;
      const { db } = visit.management;
      const named = await db.selectFrom('users').select('email').where('name', '=', user).executeTakeFirst();
      const { row } = resendActivationFor;
      const fields = [
        ...(await fobsAgain(visit, activation)),
        await fieldOf(row, 'lifetimeMs', db, { value: '' }),
        await deliveryField(db, named?.email ?? null),
      ];
      return { title: text.replaceOf(user), lead: text.replaceLead, submit: text.replace, fields };
    }),
  run: visit => {
    const { management, actor, value } = visit;
    const hours = value('hours');
    return resendActivationFor(management, actor, {
      id: value('id'),
      fobs: chosenAgain(visit),
      lifetimeMs: hours === '' ? undefined : Number(hours) * HOUR_MS,
      delivery: deliveryOf(value('delivery')),
    });
  },
  done: madePage,
};

/** Only a role that starts activations may change which fobs one accepts. A token that was named has its fob. */
async function fobsAgain(visit: ConsoleContext, { serial, fobs }: ActivationView): Promise<FormField[]> {
  if (serial !== null || !visit.may(startActivation.row.permission)) return [];
  const { db } = visit.management;
  const field = await fieldOf(resendActivationFor.row, 'fobs', db, { value: fobs });
  return [{ ...field, hint: text.fobsAgainHint }];
}

function chosenAgain(visit: ConsoleContext): ActivationFobs | undefined {
  const chosen = visit.value('fobs');
  if (!visit.may(startActivation.row.permission) || (chosen !== 'any' && chosen !== 'owned'))
    return undefined;
  return chosen;
}

const revokeForm: FormPage<ActivationView> = {
  path: '/activation/revoke',
  action: revokeActivation.row.permission,
  view: visit =>
    viewOf(visit, async ({ user }) => ({
      title: text.revokeOf(user),
      lead: text.revokeLead,
      submit: text.revoke,
      isFinal: true,
      fields: [],
    })),
  run: ({ management, actor, value }) => revokeActivation(management, actor, { id: value('id') }),
  done: (_context, { user }) => ({ to: at('/user', { user, done: 'activationRevoked' }) }),
};

/** After a mail there is nothing to show; for a handover in person the string and its QR code are shown once. */
async function madePage(
  { management }: ConsoleContext,
  { activation, string }: MadeActivation,
): Promise<ConsoleResponse> {
  const { user, expiresMs } = activation;
  if (string === null) {
    const hasServer = (await readMailServer(management.db)) !== undefined;
    return { to: at('/user', { user, done: hasServer ? 'activationMailed' : 'activationKept' }) };
  }
  return {
    title: text.made(user),
    hasCopyButton: true,
    main: html`<p class="lead">${text.inPerson}</p>
${useMarkup(readActivationString(string).service)}
<div class="qr">${new Markup(qrSvg(string, text.qr))}</div>
${onceShown(text.stringLabel, inGroups(string), consoleTexts.once, copyButton(consoleTexts.copy, text.clipboard))}
<p>${text.ends} ${moment(expiresMs)} UTC.</p>
<p class="next"><a href="${at('/user', { user })}">${consoleTexts.back}</a></p>`,
  };
}

/** Says what the user does with an activation. @param origin of the service, as the activation names it */
function useMarkup(origin: string): Markup {
  const [opens, runs, pastes] = text.use;
  return html`<p class="lead">${opens}<strong>${origin}/activate</strong>${runs}<code>${text.useCommand}</code>${pastes}</p>`;
}
