import { html, type Markup, nothing, type Tone } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { ActivationStatus, ActivationView } from '../../../subjects/enrolment/views.ts';
import { badge, moment } from '../../web/parts.ts';
import { tokenLink, userLink } from './parts.ts';
import { at } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';
import { type Cell, table } from './table.ts';

const text = consoleTexts.activations;

const tones: Readonly<Record<ActivationStatus, Tone>> = {
  open: 'warn',
  expired: 'bad',
  used: 'good',
  revoked: 'plain',
};

/** Returns a table of activations with their states, the reasons, and the possible actions. */
export function activationTable(
  visit: ConsoleContext,
  activations: readonly ActivationView[],
  { isOfOne, empty }: { readonly isOfOne: boolean; readonly empty: string },
): Markup {
  const mayAct = visit.may('activation.resend') || visit.may('activation.revoke');
  const rows = activations.map((one): readonly Cell[] => [
    ...(isOfOne
      ? []
      : [[consoleTexts.users.name, html`<strong>${userLink(one.user)}</strong>`, 'bare'] as const]),
    [text.state, standing(one), 'bare'],
    [text.what, whatFor(one)],
    [text.step, progress(one)],
    [text.mail, mailed(one)],
    [text.expires, moment(one.expiresMs)],
    [text.created, moment(one.createdMs)],
    [text.by, one.actor],
    ...(mayAct ? [[consoleTexts.actions, actsOn(visit, one), 'bare'] as const] : []),
  ]);
  return table(text.title, rows, empty);
}

function standing({ state, reason }: ActivationView): Markup {
  const why = reason === null ? nothing : html` <span class="muted">${text.reasons[reason]}</span>`;
  return html`${badge(tones[state], text.states[state])}${why}`;
}

function whatFor({ serial, fobs, policy }: ActivationView): Markup {
  const what = serial === null ? html`${fobs === 'any' ? text.anyFob : text.anyOwned}` : tokenLink(serial);
  return policy === null ? what : html`${what}, ${policy}`;
}

function progress({ step, fob, attempts, refused }: ActivationView): Markup {
  const parts = [text.steps[step], fob ?? '', attempts === 0 ? '' : text.attempts(attempts)];
  const why =
    refused === null
      ? nothing
      : html`<br><span class="muted">${text.refused} ${moment(refused.atMs)}: ${refused.why}</span>`;
  return html`${parts.filter(Boolean).join(', ')}${why}`;
}

function mailed({ mail, remindedMs }: ActivationView): string {
  if (mail === null) return text.inPersonShort;
  const parts = [text.mailStates[mail.state], mail.error ?? '', remindedMs === null ? '' : text.reminded];
  return parts.filter(Boolean).join(', ');
}

function actsOn(visit: ConsoleContext, activation: ActivationView): Markup {
  const { state } = activation;
  return state === 'open' || state === 'expired' ? activationActions(visit, activation) : nothing;
}

/** Returns the links to the forms that replace and revoke an activation, as far as the operator may. */
export function activationActions(
  visit: ConsoleContext,
  { id, user }: Pick<ActivationView, 'id' | 'user'>,
): Markup {
  const link = (act: 'resend' | 'revoke', words: string) =>
    visit.may(`activation.${act}`)
      ? html`<a href="${at(`/activation/${act}`, { id })}">${words}<span class="unseen"> ${user}</span></a> `
      : nothing;
  return html`${link('resend', text.replace)}${link('revoke', text.revoke)}`;
}
