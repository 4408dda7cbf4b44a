import { passfob, type Run, type Running } from '../../../unit/host/kit/cli.ts';
import type { Scene, Sight } from './sight.ts';

/** The form of a prompt at the command line. */
const PROMPT = /^[A-Z][^.]*:$/;

/** A window in which a command runs: its prompts are fields, and its other output is text. */
export class Terminal implements Scene {
  readonly ended: Promise<Run>;
  #said = '';
  #run: Running | undefined;

  /**
   * Runs a command as it was printed.
   * @throws where it is none of Passfob's
   */
  constructor(command: string, computer: { readonly home: string; readonly port: string | undefined }) {
    const [program, ...args] = command.split(' ');
    if (program !== 'passfob') throw new Error(`no such program: ${program}`);
    const { home, port } = computer;
    // A board on the bus is found by itself; the simulated one has to be made known to the computer.
    const environment: Record<string, string> = port === undefined ? {} : { PASSFOB_PORT: port };
    this.ended = passfob(args, {
      home,
      environment,
      onSaid: (said, run) => {
        this.#said = said;
        this.#run = run;
      },
    });
    this.ended.then(
      ({ stdout }) => {
        this.#said += stdout;
      },
      () => undefined,
    );
  }

  async look(): Promise<Sight> {
    const lines = this.#said.split('\n').filter(line => line !== '');
    const asked = lines.at(-1) ?? '';
    return {
      paragraphs: lines.filter(line => !PROMPT.test(line)),
      fields: PROMPT.test(asked) ? [{ label: asked, hint: '', form: 0 }] : [],
      buttons: PROMPT.test(asked) ? [{ name: 'Enter', form: 0 }] : [],
      page: 0,
      shownAs: this.#said,
    };
  }

  async fill(_question: string, line: string): Promise<void> {
    this.#run?.type(line);
  }

  async press(_key: string): Promise<void> {
    this.#run?.type('\n');
  }

  async goBy(): Promise<boolean> {
    return false;
  }
}
