import type { Markup, Tone } from '../../../base/html.ts';
import type { FobLifeState } from '../../../base/kinds.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { badge } from '../../web/parts.ts';

const tones: Readonly<Record<FobLifeState, Tone>> = {
  in_use: 'good',
  lost: 'bad',
  found: 'warn',
  returned: 'plain',
  retired: 'plain',
  giving: 'warn',
  handed_over: 'plain',
};

export function lifeBadge(state: FobLifeState): Markup {
  return badge(tones[state], consoleTexts.fobs.states[state]);
}
