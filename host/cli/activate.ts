import { readActivationString } from '../activation/activation-string.ts';
import { CODE_WISHES_MAX, TYPED_CHARS_MAX } from '../activation/limits.ts';
import { relayActivation } from '../activation/relay.ts';
import type { OpenedFob, RelayEvent } from '../activation/relay-options.ts';
import { checkNetworkSettings } from '../agent/network/settings.ts';
import { routeTo } from '../agent/service/open-service.ts';
import { pause } from '../client/pause.ts';
import { traced } from '../client/trace.ts';
import { chooseFob, closeAll, type FobChoice, findFobs } from '../commands/find.ts';
import { readWhole } from '../commands/read-whole.ts';
import { readQrImage } from '../enrol/qr.ts';
import { FobError, isFobError } from '../errors.ts';
import { IMAGE_BYTES_MAX, PORT_POLL_INTERVAL_MS } from '../limits.ts';
import { codeFault } from '../owner/pairing.ts';
import { openTransport, readAddress } from '../transports/discover.ts';
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
}

/**
 * `passfob activate`: carries the fob's bytes to the service that made the activation. No seed, PIN or key ever
 * reaches this process.
 * @throws FobError
 */
export async function activate(
  { source, reach, isForAgent }: ActivateOptions,
  { choice, isJson, terminal, signal }: CommandCall,
): Promise<undefined> {
  const prompts = promptsOn(terminal, signal);
  try {
    const activation = readActivationString(await activationText(source, prompts));
    checkNetworkSettings(reach);
    const route = routeTo({
      service: { url: activation.service, name: '', fingerprint: '', ...reach },
      environment: terminal.environment,
    });
    if (choice.wire?.isDryRun)
      throw new FobError('dry-run', { subject: `connect the fob to ${activation.service}` });
    let user = '';
    let expected: string | undefined;
    let last: string | undefined;
    const done = await relayActivation({
      activation,
      openSocket: (url, ending) => openNodeSocket(url, route, ending),
      openFob: fobOpener(() => ({ ...choice, serial: choice.serial ?? expected })),
      async askCode(isAgain, ending, showAgain) {
        let typed = await prompts.code(isAgain, ending, last === undefined ? undefined : codeFault(last));
        // An empty line asks the fob to show its code again. After too many (an endless input), the empty text is
        // sent and the service refuses it.
        for (let wishes = 0; typed.trim() === '' && wishes < CODE_WISHES_MAX; wishes++) {
          showAgain();
          terminal.note('The fob is asked to show its code again.\n');
          typed = await prompts.code(false, ending);
        }
        last = typed;
        return typed;
      },
      report(event) {
        if (event.event === 'entered') {
          ({ user } = event);
          // Selects the expected fob if several are plugged in.
          expected = event.serial ?? undefined;
        }
        // This line would appear in the middle of the text being typed.
        if (event.event === 'step' && event.same) return;
        terminal.note(`${printable(eventText(event))}\n`);
      },
      signal,
    });
    const { serial, token, text } = done;
    const document = { service: activation.service, user, serial, token };
    await sayReport(terminal, isJson, { document, text: printable(text) });
    if (isForAgent) await recordService(activation, reach, terminal);
  } finally {
    prompts.close();
  }
}

async function activationText(source: ActivateOptions['source'], prompts: Prompts): Promise<string> {
  if (source.from === 'qr') return readQrImage(await readWhole(source.path, IMAGE_BYTES_MAX));
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

/** Errors that may occur while a fob is unplugged for a moment. */
const AWAY = [
  'no-fob',
  'port-absent',
  'port-failed',
  'port-busy',
  'no-answer',
  'unplugged',
  'port-hung',
] as const;

/** Finds and opens the fob as other commands do; once found, waits for it to come back. */
function fobOpener(choiceNow: () => FobChoice): (signal: AbortSignal) => Promise<OpenedFob> {
  let wasThere = false;
  return async signal => {
    for (;;) {
      try {
        const opened = await openFob(choiceNow(), signal);
        wasThere = true;
        return opened;
      } catch (error) {
        if (!wasThere || !isFobError(error, ...AWAY)) throw error;
        await pause(PORT_POLL_INTERVAL_MS, signal);
      }
    }
  };
}

async function openFob(choice: FobChoice, signal: AbortSignal): Promise<OpenedFob> {
  const found = await findFobs(choice.port, false, signal, choice.wire);
  let address: string;
  try {
    ({ address } = chooseFob(found, choice));
  } finally {
    await closeAll(found);
  }
  const where = readAddress(address);
  const opened = await openTransport(where);
  const trace = choice.wire?.trace;
  const transport = trace ? traced(opened, trace, () => performance.now()) : opened;
  return { transport, port: where.kind };
}
