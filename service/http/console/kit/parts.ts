import { html, type Markup, type Tone } from '../../../base/html.ts';
import type { JobState } from '../../../base/kinds.ts';
import { texts } from '../../../base/texts/texts.ts';
import { tokenTexts } from '../../../base/texts/tokens.ts';
import type { TokenState } from '../../../base/token-states.ts';
import { stateTones } from '../../../subjects/tokens/list.ts';
import type { ValidationEvent } from '../../../subjects/validation/events.ts';
import { outcomeLook } from '../../../subjects/validation/list.ts';
import { hidden } from '../../web/fields.ts';
import { badge } from '../../web/parts.ts';
import { at, HOME } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';

const jobTone: Readonly<Record<JobState, Tone>> = {
  queued: 'plain',
  running: 'good',
  paused: 'warn',
  done: 'good',
  cancelled: 'plain',
};

/** Returns the outcome of a log-in, and the accepted factor if it was no passcode. */
export function outcomeBadge({ outcome, by }: Pick<ValidationEvent, 'outcome' | 'by'>): Markup {
  return badge(...outcomeLook({ outcome, by }));
}

export function stateBadge(state: TokenState): Markup {
  return badge(stateTones[state], texts.states[state]);
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
