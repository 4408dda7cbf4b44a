import { readActivationString } from '../activation/activation-string.ts';
import { CODE_WISHES_MAX, TYPED_CHARS_MAX } from '../activation/limits.ts';
import { relayActivation } from '../activation/relay.ts';
import type { RelayEvent, RelayOptions } from '../activation/relay-options.ts';
import { checkNetworkSettings } from '../agent/network/settings.ts';
import { routeTo } from '../agent/service/open-service.ts';
import { readQrImage } from '../enrol/qr.ts';
import { FobError } from '../errors.ts';
import { IMAGE_BYTES_MAX } from '../limits.ts';
import { codeFault } from '../owner/pairing.ts';
import { readWhole } from '../read-whole.ts';
import { ActivationFob } from './activate-fob.ts';
import { openNodeSocket } from './activate-socket.ts';
import { recordService } from './agent/record.ts';
import type { CommandCall } from './base/command.ts';
import type { NetworkOptions } from './base/network-options.ts';
import { type Prompts, promptsOn } from './base/prompts.ts';
import { sayReport } from './base/report.ts';
import { printable } from './base/terminal.ts';

/** Options of `passfob activate`. */
export interface ActivateOptions {
  /** Source of the activation string: a prompt, all of standard input, an image file. */
  readonly source: { readonly from: 'prompt' | 'stdin' } | { readonly from: 'qr'; readonly path: string };
  /** How to reach the service. */
  readonly reach: NetworkOptions;
  /** Whether to add the service to the agent's settings afterwards. */
  readonly isForAgent: boolean;
  /** Whether the code on the fob is echoed as stars. */
  readonly isHidden: boolean;
}

/**
 * `passfob activate`: carries the fob's bytes to the service that made the activation. No seed, PIN or key ever
 * reaches this process.
 * @throws FobError
 */
export async function activate(
  { source, reach, isForAgent, isHidden }: ActivateOptions,
  { choice, isJson, terminal, signal }: CommandCall,
): Promise<undefined> {
  const prompts = promptsOn(terminal, signal);
  const say = (text: string) => terminal.note(`${printable(text)}\n`);
  try {
    const activation = readActivationString(await activationText(source, prompts, signal));
    checkNetworkSettings(reach);
    const route = routeTo({
      service: { url: activation.service, name: '', fingerprint: '', ...reach },
      environment: terminal.environment,
    });
    if (choice.wire?.isDryRun)
      throw new FobError('dry-run', { subject: `connect the fob to ${activation.service}` });
    const fob = new ActivationFob(choice, say);
    const carried = relayActivation({
      activation,
      openSocket: (url, ending) => openNodeSocket(url, route, ending),
      openFob: ending => fob.open(ending),
      askCode: codeAsker(prompts, isHidden, say),
      report: event => {
        if (fob.hear(event)) say(eventText(event));
      },
      signal,
    });
    const { serial, token, text } = await carried.catch((error: unknown) => {
      throw fob.explained(error);
    });
    const document = { service: activation.service, user: fob.user, serial, token };
    await sayReport(terminal, isJson, { document, text: sentencesOf(text) });
    if (isForAgent) await recordService(activation, reach, terminal);
  } finally {
    prompts.close();
  }
}

/**
 * Asks for the code of a blank fob. An empty line asks the fob to show its code again; after too many (an endless
 * input), the empty text is sent and the service refuses it.
 */
function codeAsker(
  prompts: Prompts,
  isHidden: boolean,
  say: (text: string) => void,
): RelayOptions['askCode'] {
  let last: string | undefined;
  return async (isAgain, ending, showAgain) => {
    const fault = last === undefined ? undefined : codeFault(last);
    let typed = await prompts.code(isAgain, { isHidden, until: ending, fault });
    for (let wishes = 0; typed.trim() === '' && wishes < CODE_WISHES_MAX; wishes++) {
      showAgain();
      say('The fob is asked to show its code again.');
      typed = await prompts.code(false, { isHidden, until: ending });
    }
    last = typed;
    return typed;
  };
}

async function activationText(
  source: ActivateOptions['source'],
  prompts: Prompts,
  signal: AbortSignal,
): Promise<string> {
  if (source.from === 'qr')
    return readQrImage(await readWhole(source.path, IMAGE_BYTES_MAX, signal), { signal });
  const text = await prompts.activation(source.from === 'stdin');
  return text.slice(0, TYPED_CHARS_MAX + 1);
}

const SHOWS_AGAIN = 'If the fob shows no code any more, press Enter alone to show it again.';

function eventText(event: RelayEvent): string {
  switch (event.event) {
    case 'connecting':
      return `Connecting to ${event.service}.`;
    case 'entered':
      return `${event.service}: a fob for ${event.user}${event.serial === null ? '' : `, ${event.serial}`}.`;
    case 'step':
      return event.step === 'code' ? `${event.text} ${SHOWS_AGAIN}` : event.text;
    case 'lost':
      return 'The connection to the service is lost. Reconnecting.';
  }
}

/** Splits the service's text into sentences, for a line each: they are steps for a person with a fob in the hand. */
function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?]) +(?=\p{Lu})/u);
}
