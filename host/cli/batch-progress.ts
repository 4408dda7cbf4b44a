import { input, password } from '@inquirer/prompts';
import { ListrInquirerPromptAdapter } from '@listr2/prompt-adapter-inquirer';
import { Listr, ListrLogger, type ListrRendererFactory, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import type { BatchEvent } from '../batch/run.ts';
import { FobError } from '../errors.ts';
import type { AskCode } from '../owner/pairing.ts';
import { bar, TimeLeft } from './base/progress.ts';
import { orCancelled, type Prompts } from './base/prompts.ts';
import { progressText } from './base/report.ts';
import { printable, type Terminal } from './base/terminal.ts';

/** The display of a batch while it runs. */
export interface BatchScreen {
  onEvent(event: BatchEvent): void;
  /** Asks a person to type the code on a fob. */
  askCode(serial: string, address: string, ...again: Parameters<AskCode>): Promise<string>;
  /** Shows the work until it ends. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** The rows of a plan, and how many of them were left when the command began. */
interface PlanSize {
  readonly rows: number;
  readonly left: number;
}

/** Prints one line for each event, for logs and programs. */
export function plainScreen(
  terminal: Terminal,
  prompts: Prompts,
  { rows, left }: PlanSize,
  isHidden: boolean,
): BatchScreen {
  const say = (text: string) => terminal.note(`${printable(text)}\n`);
  const pace = new TimeLeft(() => performance.now(), rows - left);
  return {
    onEvent: event => {
      const text = eventText(event, rows);
      const time = event.event === 'ended' ? pace.text(rows - event.left, rows) : '';
      if (text !== '') say(time === '' ? text : `${text} (${time})`);
    },
    askCode(serial, address, isAgain, fault) {
      say(`The code of ${serial} at ${address} is needed.`);
      return prompts.code(isAgain, { isHidden, fault });
    },
    during: work => work(),
  };
}

function eventText(event: BatchEvent, rows: number): string {
  switch (event.event) {
    case 'began':
      return `${event.serial} at ${event.address}: begun.`;
    case 'step':
      return progressText(event.progress);
    case 'insert-next':
      return `Insert the next fob; ${event.left} of ${rows} rows are left.`;
    case 'ended':
      return `[${rows - event.left}/${rows}] ${endText(event)}`;
  }
}

function endText({ result }: Extract<BatchEvent, { event: 'ended' }>): string {
  const { serial, address, outcome, error } = result;
  const words = {
    done: 'done.',
    skipped: 'was done before; skipped.',
    failed: `failed. ${error?.message ?? ''}`,
  };
  return `${serial ?? address}: ${words[outcome]}`;
}

type ProgressTask = ListrTaskWrapper<unknown, ListrRendererFactory, ListrRendererFactory>;

/** Shows a bar for the plan, and below it a line for each fob at work. */
export function barScreen(
  terminal: Terminal,
  signal: AbortSignal,
  size: PlanSize,
  isHidden: boolean,
): BatchScreen {
  const { rows } = size;
  const active = new Map<string, string>();
  let shown: ProgressTask | undefined;
  let note = '';
  const pace = new TimeLeft(() => performance.now(), rows - size.left);
  const draw = (left: number) => {
    if (shown === undefined) return;
    const time = pace.text(rows - left, rows);
    shown.title = [`${doneText(rows - left, rows, time)}${note}`, ...active.values()].join('\n');
  };
  let { left } = size;
  return {
    onEvent(event) {
      if (event.event === 'began') note = '';
      if (event.event === 'insert-next') note = ': take the fob out and insert the next one';
      if (event.event === 'began' || event.event === 'step') {
        const step = event.event === 'step' ? progressText(event.progress) : 'found';
        active.set(event.address, printable(`${event.serial} at ${event.address}: ${step}`));
      } else left = event.left;
      if (event.event === 'ended') {
        const { address, outcome } = event.result;
        if (outcome === 'done') active.delete(address);
        else active.set(address, printable(endText(event)));
      }
      draw(left);
    },
    async askCode(serial, address, isAgain, fault) {
      if (shown === undefined) throw new FobError('cancelled');
      return askOn(shown, codeQuestion(serial, address, isAgain, fault), isHidden, signal);
    },
    during: work =>
      inList(terminal, bar(rows - size.left, rows), task => {
        shown = task;
        return work();
      }),
  };
}

/** Works while the terminal shows one task, which the work may rename and ask on. */
async function inList<T>(
  terminal: Terminal,
  title: string,
  work: (task: ProgressTask) => Promise<T>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  const output = terminal.stderr as NodeJS.WriteStream;
  const list = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          result = { value: await work(task) };
        },
      },
    ],
    {
      renderer: 'default',
      registerSignalListeners: false,
      rendererOptions: {
        collapseSubtasks: false,
        logger: new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(output, output) }),
      },
    },
  );
  await list.run();
  if (result === undefined) throw new Error('the list ended without its work');
  return result.value;
}

function doneText(done: number, rows: number, time: string): string {
  return `${bar(done, rows)} ${done} of ${rows} rows done${time === '' ? '' : `, ${time}`}`;
}

function codeQuestion(
  serial: string,
  address: string,
  ...[isAgain, fault = '']: Parameters<AskCode>
): string {
  return `${isAgain ? `${fault} ` : ''}Code on the screen of ${serial} (${address}):`;
}

/** Asks below the bar. */
function askOn(shown: ProgressTask, message: string, isHidden: boolean, signal: AbortSignal) {
  const prompt = shown.prompt(ListrInquirerPromptAdapter);
  return orCancelled(
    isHidden
      ? prompt.run(password, { message, mask: true }, { signal })
      : prompt.run(input, { message }, { signal }),
  );
}
