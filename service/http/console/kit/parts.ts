import { html, type Markup, type Tone } from '../../../base/html.ts';
import type { JobState } from '../../../base/kinds.ts';
import type { Outcome } from '../../../base/outcomes.ts';
import { acceptedByTexts } from '../../../base/texts/push.ts';
import { texts } from '../../../base/texts/texts.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { TokenState } from '../../../base/token-states.ts';
import type { ValidationEvent } from '../../../subjects/validation/events.ts';
import { hidden } from '../../web/fields.ts';
import { badge } from '../../web/parts.ts';
import { at, HOME } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';

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

/** Returns the outcome of a log-in, and the accepted factor if it was no passcode. */
export function outcomeBadge({ outcome, by }: Pick<ValidationEvent, 'outcome' | 'by'>): Markup {
  return badge(outcomeTone[outcome], by === null ? texts.outcomes[outcome] : acceptedByTexts[by]);
}

export function stateBadge(state: TokenState): Markup {
  return badge(stateTone[state], texts.states[state]);
}

export function jobBadge(state: JobState): Markup {
  return badge(jobTone[state], tokenTexts.jobs.states[state]);
}

export function userLink(user: string): Markup {
  return html`<a href="${at('/user', { user })}">${user}</a>`;
}

export function tokenLink(serial: string): Markup {
  return html`<a href="${at('/token', { serial })}">${serial}</a>`;
}

export function fobLink(serial: string): Markup {
  return html`<a href="${at('/fob', { serial })}">${serial}</a>`;
}

/** Returns a button that runs one action at once, for the named subject. */
export function actButton(
  visit: ConsoleContext,
  path: string,
  values: Readonly<Record<string, string>>,
  text: string | Markup,
): Markup {
  return html`<form class="inline" method="post" action="${HOME}${path}">${hidden('csrf', visit.session.csrf)}${Object.entries(values).map(([name, value]) => hidden(name, value))}<button class="quiet" type="submit">${text}</button></form>`;
}
