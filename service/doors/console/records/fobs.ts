import { html, nothing } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { type FobView, listFobs } from '../../../features/tokens/fobs.ts';
import { actionLink, actions, badge, moment, momentOr } from '../../web/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { type Cell, pager, table } from '../kit/table.ts';

const text = consoleTexts.fobs;

/** Serves the list of the fobs that the service owns, and the drift of their clocks. */
export function serveFobs(router: ConsoleRouter): void {
  router.page('/fobs', 'read', async visit => {
    const after = visit.value('after');
    const { fobs, next } = await listFobs(visit.management.db, { after });
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([visit.may('token.import') ? actionLink(at('/import'), text.register) : nothing])}
${table(text.title, fobs.map(row), text.none)}
${pager(next === null ? undefined : at('/fobs', { after: next }), after === '' ? undefined : at('/fobs'))}`,
    };
  });
}

function row(fob: FobView): readonly Cell[] {
  const { clock } = fob;
  const drift = clock?.driftPpm ?? null;
  const isFar = drift !== null && Math.abs(drift) > consoleLimits.driftFarPpm;
  return [
    [text.serial, html`<strong>${fob.serial}</strong>`, 'bare'],
    [
      text.clock,
      clock === null
        ? badge('warn', text.neverSet)
        : isFar
          ? badge('warn', text.isFar)
          : badge('good', text.isSet),
      'bare',
    ],
    [text.setAt, momentOr(clock?.setMs ?? null, texts.operator.never)],
    [
      text.error,
      clock?.errorMs === undefined || clock.errorMs === null ? null : text.seconds(clock.errorMs / 1000),
    ],
    [text.drift, drift === null ? null : text.ppm(drift)],
    [text.board, fob.board],
    [text.firmware, fob.firmware],
    [text.created, moment(fob.createdMs)],
  ];
}
