import { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { CommandCall } from '../base/command.ts';
import { inLines, type Report, reportOf } from '../base/report.ts';
import { printable } from '../base/terminal.ts';
import { askAgent } from './control.ts';
import { agentTexts } from './texts.ts';

/**
 * `passfob agent later SERIAL`: has the running agent put off the tasks of a fob that need a hold.
 * @throws FobError `agent` if none runs, `bad-input` if no service has been told
 */
export async function putOff(
  { serial }: { readonly serial: string },
  { terminal }: CommandCall,
): Promise<Report> {
  if (!/^[\x21-\x7e]{1,32}$/.test(serial)) throw new FobError('bad-input', agentTexts.laterNobody);
  const said = await askAgent(inventoryDirectory(terminal.environment), `later ${serial}`);
  if (said === undefined) throw new FobError('agent', agentTexts.none);
  const { told } = said as { readonly told: readonly string[] };
  if (told.length === 0) throw new FobError('bad-input', agentTexts.laterNobody);
  return reportOf({ serial, told }, inLines(printable(agentTexts.laterTold(serial, told.join(', ')))));
}
