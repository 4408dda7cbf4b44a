import { base16 } from '@scure/base';
import type { Activation } from '../../activation/activation-string.ts';
import { changeSettings, withService } from '../../agent/network/settings.ts';
import { isFobError, systemCode } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { NetworkOptions } from '../base/network-options.ts';
import { printable, type Terminal } from '../base/terminal.ts';
import { tellAgent } from './services.ts';
import { agentCommand, agentTexts } from './texts.ts';

/**
 * Adds the service of an activation to the agent's settings, with the fingerprint from the activation string. A known
 * service stays as it is. A failure here does not undo the activation.
 */
export async function recordService(
  { service: url, fingerprint }: Pick<Activation, 'service' | 'fingerprint'>,
  reach: NetworkOptions,
  terminal: Terminal,
): Promise<void> {
  const directory = inventoryDirectory(terminal.environment);
  try {
    const made = {
      url,
      name: new URL(url).host,
      fingerprint: base16.encode(fingerprint).toLowerCase(),
      ...reach,
    };
    let isKnown = false;
    changeSettings(directory, settings => {
      isKnown = settings.services.some(service => service.url === url);
      return isKnown ? settings : withService(settings, made);
    });
    if (isKnown) return;
    const agent = await tellAgent(directory);
    const start = agent === 'running' ? undefined : agentCommand(terminal.environment);
    terminal.note(`${printable(agentTexts.recorded(url, start))}\n`);
  } catch (error) {
    // For example a full disk, or a read-only folder.
    const code = systemCode(error);
    if (!isFobError(error) && code === '') throw error;
    const why = isFobError(error) ? error.message : agentTexts.notWritten(code);
    terminal.note(`${printable(agentTexts.notRecorded(why, url))}\n`);
  }
}
