import { boot } from '@passfob/simulator';
import { FobError } from 'passfob/errors';
import { pipe } from 'passfob/transports/pipe';
import { secret } from '../../kit/secrets.ts';
import { type HeldFob, NOW_MS } from './kit.ts';

const APPROVE_MS = 1_300;
const SHORT_MS = 100;
const DEAF_MS = 900;
const OPEN_MS = 300;
const WRITE_MS = 5;

/** The built image on simulated chips, in this process; its power fails at one operation of its memories. */
export class ImageFob implements HeldFob {
  readonly fob: ReturnType<typeof boot>;
  cuts = 0;

  /** @param seed of its randomness, and so of its serial number */
  constructor(seed: number) {
    this.fob = boot({ board: 'pico', startMs: NOW_MS, seed });
  }

  /** Presses the button while the fob collects randomness. */
  gather(): void {
    while (this.screen.some(line => line.includes('%'))) this.fob.press(0, SHORT_MS);
  }

  plugIn() {
    const { fob } = this;
    if (!fob.powered) {
      this.cuts++;
      fob.powerOn();
    }
    const isPowered = () => {
      if (!fob.powered) cable.lost(new FobError('unplugged', { subject: 'cable' }));
      return fob.powered;
    };
    let stop: (() => void) | undefined;
    const cable = pipe({
      name: 'cable',
      async write(text) {
        if (!isPowered()) return;
        fob.link.write(Buffer.from(text, 'latin1'));
        if (isPowered()) fob.advance(WRITE_MS);
        isPowered();
      },
      release: async () => stop?.(),
    });
    stop = fob.link.onData(bytes => cable.receive(bytes));
    fob.advance(OPEN_MS);
    return cable;
  }

  get screen(): readonly string[] {
    return this.fob.screen().text;
  }

  get code(): string {
    const groups = this.screen.filter(line => /^[A-Za-z0-9]{3} [A-Za-z0-9]{3}$/.test(line.trim()));
    // Without a code the words on the screen are no secret.
    return groups.length === 0 ? '' : secret(groups.join('').replaceAll(' ', '').toLowerCase());
  }

  approve(): void {
    this.fob.advance(DEAF_MS);
    if (this.fob.powered) this.fob.press(0, APPROVE_MS);
  }

  deny(): void {
    this.fob.press(0, SHORT_MS);
  }

  enter(): void {
    throw new Error('this fob has no PIN');
  }
}
