import { base16 } from '@scure/base';
import type { Activation } from '../../activation/activation-string.ts';
import { readSettings, withService, writeSettings } from '../../agent/network/settings.ts';
import { isFobError, systemCode } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { NetworkOptions } from '../base/network-options.ts';
import { printable, type Terminal } from '../base/terminal.ts';
import { tellAgent } from './services.ts';
import { agentTexts } from './texts.ts';

/**
 * Has the agent know the service that a fob was activated at, by the fingerprint that stood in the activation string. One
 * that it knows stays as it is. What fails here takes nothing from the activation, which is done.
 */
export async function recordService(
  { service: url, fingerprint }: Pick<Activation, 'service' | 'fingerprint'>,
  reach: NetworkOptions,
  terminal: Terminal,
): Promise<void> {
  const directory = inventoryDirectory(terminal.environment);
  try {
    const settings = readSettings(directory);
    if (settings.services.some(service => service.url === url)) return;
    const made = {
      url,
      name: new URL(url).host,
      fingerprint: base16.encode(fingerprint).toLowerCase(),
      ...reach,
    };
    writeSettings(directory, withService(settings, made));
    const agent = await tellAgent(directory);
    terminal.note(`${printable(agentTexts.recorded(url, agent === 'running'))}\n`);
  } catch (error) {
    // A disk that is full, a folder that takes no file.
    const code = systemCode(error);
    if (!isFobError(error) && code === '') throw error;
    const why = isFobError(error) ? error.message : agentTexts.notWritten(code);
    terminal.note(`${printable(agentTexts.notRecorded(why, url))}\n`);
  }
}
