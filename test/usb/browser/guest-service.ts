import type { Guest } from '../guest.ts';
import { GuestProgram } from '../guest-program.ts';

const PORT = 8080;
const FOLDER = '/run/passfob';

/** The address of the service in the guest, as its own browser sees it. */
export const ORIGIN = `http://127.0.0.1:${PORT}`;

/** `passfob serve` in the guest, on its loopback. */
export class GuestService {
  private readonly program: GuestProgram;

  private constructor(program: GuestProgram) {
    this.program = program;
  }

  /**
   * @param passfob the command line's file
   * @param directory of a service that was prepared outside, where that is quicker, and that has ended; it is copied
   */
  static async start(
    guest: Guest,
    passfob: string,
    directory: string,
    ...options: string[]
  ): Promise<GuestService> {
    await guest.ask({ do: 'copy', from: directory, to: FOLDER });
    const args = ['serve', '--json', '--dir', FOLDER, '--port', `${PORT}`, ...options];
    const program = await GuestProgram.start(guest, process.execPath, passfob, ...args);
    const [, line = ''] = await program.heard('out', /^(.*)\n/);
    const { url } = JSON.parse(line) as { url: string };
    if (url !== ORIGIN) throw new Error(`the service listens at ${url}`);
    return new GuestService(program);
  }

  close(): Promise<void> {
    return this.program.kill();
  }
}
