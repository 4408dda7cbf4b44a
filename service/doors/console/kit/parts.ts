import { html, type Markup, nothing } from '../../../base/html.ts';
import type { JobState, Role } from '../../../base/kinds.ts';
import type { Outcome } from '../../../base/outcomes.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { acceptedByTexts } from '../../../base/texts/push.ts';
import { texts } from '../../../base/texts/texts.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { TokenState } from '../../../base/token-states.ts';
import type { ValidationEvent } from '../../../features/validation/events.ts';
import { hidden } from '../../web/fields.ts';
import { at, HOME } from './paths.ts';
import type { Visit } from './visit.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** A moment in UTC, to the second. */
export function moment(ms: number): Markup {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

export function momentOr(ms: number | null, otherwise: string): Markup | string {
  return ms === null ? otherwise : moment(ms);
}

/** A word that says how something stands. Its tone is looks alone: the word says it all. */
export function badge(tone: Tone, text: string | Markup): Markup {
  return html`<span class="badge ${tone}">${text}</span>`;
}

const outcomeTone: Readonly<Record<Outcome, Tone>> = {
  accepted: 'good',
  wrong: 'warn',
  superseded: 'warn',
  replay: 'bad',
  locked: 'warn',
  disabled: 'plain',
  wrong_password: 'warn',
  wrong_pin: 'warn',
  pin_change: 'plain',
  new_pin: 'plain',
  found: 'plain',
  unknown_user: 'plain',
  no_usable_token: 'plain',
  unreadable: 'bad',
  malformed: 'plain',
  no_challenge: 'plain',
  push_denied: 'warn',
  push_reported: 'bad',
  push_expired: 'plain',
  push_failed: 'bad',
  push_incomplete: 'plain',
  push_quiet: 'plain',
  no_push: 'plain',
};

const stateTone: Readonly<Record<TokenState, Tone>> = {
  initialised: 'plain',
  inventory: 'plain',
  reserved: 'plain',
  assigned: 'warn',
  active: 'good',
  suspended: 'warn',
  revoked: 'bad',
};

const jobTone: Readonly<Record<JobState, Tone>> = {
  queued: 'plain',
  running: 'good',
  paused: 'warn',
  done: 'good',
  cancelled: 'plain',
};

/** What became of a log-in, and by what somebody was let in where it was no passcode. */
export function outcomeBadge({ outcome, by }: Pick<ValidationEvent, 'outcome' | 'by'>): Markup {
  return badge(outcomeTone[outcome], by === null ? texts.outcomes[outcome] : acceptedByTexts[by]);
}

export function stateBadge(state: TokenState): Markup {
  return badge(stateTone[state], texts.states[state]);
}

export function jobBadge(state: JobState): Markup {
  return badge(jobTone[state], tokenTexts.jobs.states[state]);
}

/** Roles in words, for a select. */
export const roleOptions: readonly (readonly [Role, string])[] = [
  ['admin', consoleTexts.roles.admin],
  ['helpdesk', consoleTexts.roles.helpdesk],
  ['auditor', consoleTexts.roles.auditor],
];

export function userLink(user: string): Markup {
  return html`<a href="${at('/user', { user })}">${user}</a>`;
}

export function tokenLink(serial: string): Markup {
  return html`<a href="${at('/token', { serial })}">${serial}</a>`;
}

/** Facts by their names. */
export function facts(pairs: readonly (readonly [string, string | number | Markup])[]): Markup {
  return html`<dl class="facts">${pairs.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A section under a heading of its own. */
export function section(id: string, heading: string, body: Markup, count: Markup = nothing): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${heading} ${count}</h2>${body}</section>`;
}

/** A link that leads to something to do. */
export function actionLink(href: string, text: string): Markup {
  return html`<a class="button quiet" href="${href}">${text}</a>`;
}

/** A button that does one thing at once, for the named subject. */
export function actButton(
  visit: Visit,
  path: string,
  values: Readonly<Record<string, string>>,
  text: string,
): Markup {
  return html`<form class="inline" method="post" action="${HOME}${path}">${hidden('csrf', visit.session.csrf)}${Object.entries(values).map(([name, value]) => hidden(name, value))}<button class="quiet" type="submit">${text}</button></form>`;
}

/** What can be done here, in a row; nothing where the role may do none of it. */
export function actions(items: readonly Markup[]): Markup {
  const shown = items.filter(({ text }) => text !== '');
  return shown.length === 0 ? nothing : html`<div class="actions">${shown}</div>`;
}

/** A value that is shown this once. */
export function onceShown(label: string, value: string, next: string): Markup {
  return html`<div class="once"><p id="once-label">${label}</p><p class="secret" role="group" aria-labelledby="once-label"><code>${value}</code></p><p>${next}</p></div>`;
}
