import { healthText } from 'passfob/owner/health-texts';
import { html, type Markup, nothing } from '../../base/html.ts';
import { careTexts } from '../../base/texts/care.ts';
import { selfServiceTexts } from '../../base/texts/self-service.ts';
import type { FobAccountView } from '../../subjects/care/views.ts';
import { hidden } from '../web/fields.ts';
import { actionLink, momentOr } from '../web/parts.ts';
import { canResetPin, type FobOfUser, isInUse } from './fob-of.ts';
import { query, SELF_SERVICE } from './layout.ts';
import type { SelfServiceContext } from './request-context.ts';

/** What the page says about the state of a fob, and what its user can do about it. */
export interface CareParts {
  readonly facts: readonly (readonly [string, Markup])[];
  readonly state: Markup;
  readonly acts: readonly Markup[];
}

/** @param index of the fob on the page */
export function careParts(visit: SelfServiceContext, fob: FobOfUser, index: number): CareParts {
  const { care: text } = selfServiceTexts;
  const { lastSeen } = fob.detail.fob;
  return {
    facts: [[text.seen, html`${momentOr(lastSeen?.atMs ?? null, selfServiceTexts.fob.never)}`]],
    state: html`${healthMarkup(fob, index)}${tasksMarkup(fob, index)}${accountsMarkup(fob, index)}`,
    acts: isInUse(fob) ? actsOf(visit, fob) : [],
  };
}

/** Returns the accounts of the fob that belong to its user's tokens in use. */
export function accountsOfUser({ detail, tokens }: FobOfUser): FobAccountView[] {
  const own = new Set(tokens.map(({ serial }) => serial));
  return detail.accounts.filter(({ token }) => token !== null && own.has(token));
}

function actsOf({ session }: SelfServiceContext, fob: FobOfUser): Markup[] {
  const { care: text } = selfServiceTexts;
  const { serial } = fob;
  return [
    actionLink(`${SELF_SERVICE}/connect`, text.connect),
    html`<form class="inline" method="post" action="${SELF_SERVICE}/clock">${hidden('csrf', session.csrf)}${hidden('fob', serial)}<button class="quiet" type="submit">${text.clock}</button></form>`,
    canResetPin(fob)
      ? actionLink(`${SELF_SERVICE}/forgotten-pin?${query({ fob: serial })}`, text.forgotPin)
      : nothing,
  ];
}

function healthMarkup({ detail }: FobOfUser, index: number): Markup {
  const { care: text } = selfServiceTexts;
  const { health, fob } = detail;
  if (fob.lastSeen === null) return html`<p class="lead">${text.unseen}</p>`;
  if (health.length === 0) return html`<p class="lead">${text.well}</p>`;
  return list(
    `health-${index}`,
    text.health,
    health.map(finding => html`${healthText(finding)}`),
  );
}

function tasksMarkup({ detail }: FobOfUser, index: number): Markup {
  const { care: text } = selfServiceTexts;
  const open = detail.tasks.filter(({ state }) => state === 'waiting' || state === 'running');
  const lines = open.map(
    ({ kind, messageText }) => html`${text.task(careTexts.kinds[kind], messageText ?? text.away)}`,
  );
  return lines.length === 0 ? nothing : list(`tasks-${index}`, text.waiting, lines);
}

function accountsMarkup(fob: FobOfUser, index: number): Markup {
  const { care: text } = selfServiceTexts;
  const own = isInUse(fob) ? accountsOfUser(fob) : [];
  if (own.length === 0) return nothing;
  const lines = own.map(({ account, issuer, label }) => {
    const name = [issuer, label].filter(Boolean).join(': ');
    const address = `${SELF_SERVICE}/account?${query({ fob: fob.serial, account })}`;
    return html`<a href="${address}">${text.rename(name)}</a>`;
  });
  return list(`accounts-${index}`, text.accounts, lines);
}

function list(id: string, heading: string, lines: readonly Markup[]): Markup {
  return html`<h3 id="${id}">${heading}</h3>
<ul aria-labelledby="${id}">${lines.map(line => html`<li>${line}</li>`)}</ul>`;
}
